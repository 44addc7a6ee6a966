"""The private LibreOffice profile of one worker: its settings and the Basic loop that converts.

LibreOffice runs the loop as its start macro, so no UNO binding, socket or second program is needed, on any
system. Orders and answers are small files in the spool folder, one per document, numbered from 1:

    alive     the loop ends when this file is gone (or the whole folder)
    ready     LibreOffice has started
    7.job     URL of the DOCX, URL of the PDF, 1 when contents are to be updated, 1 for a file of many letters;
              separated by tabs
    7.out     "done", pages, milliseconds; or "refused", LibreOffice's words
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

START_MACRO: Final = "macro:///Standard.Clspd.Serve()"

_LOOP: Final = """\
Option Explicit
Const SPOOL = "{spool}"

Sub Serve()
  Dim turn As Long
  ' Events wait until a document is closed: those of a Word comment open a window, which ends a LibreOffice
  ' that was installed without its windows.
  EnableReschedule False
  turn = 1
  Tell(SPOOL & "/ready", "ready")
  Do While FileExists(SPOOL & "/alive")
    If FileExists(SPOOL & "/" & turn & ".job") Then
      Tell(SPOOL & "/" & turn & ".out", Outcome(Order(SPOOL & "/" & turn & ".job")))
      turn = turn + 1
    Else
      Wait 5
    End If
  Loop
  StarDesktop.terminate()
End Sub

Function Order(path As String) As String
  Dim file As Integer, text As String
  file = FreeFile
  Open path For Input As #file
  Line Input #file, text
  Close #file
  Order = text
End Function

' Written aside, then renamed: the reader sees a whole answer or none.
Sub Tell(path As String, text As String)
  Dim file As Integer
  file = FreeFile
  Open path & ".new" For Output As #file
  Print #file, text
  Close #file
  Name path & ".new" As path
End Sub

Function Named(key As String, content As Variant) As Object
  Dim pair As New com.sun.star.beans.PropertyValue
  pair.Name = key
  pair.Value = content
  Named = pair
End Function

Function Outcome(text As String) As String
  Dim field As Variant, document As Object, began As Long, pages As Long, merged As Boolean
  On Error GoTo Refused
  field = Split(text, Chr(9))
  merged = (field(3) = "1")
  began = GetSystemTicks()
  document = StarDesktop.loadComponentFromURL(field(0), "_blank", 0, Array( _
    Named("FilterName", "MS Word 2007 XML"), Named("Hidden", True), Named("ReadOnly", True), _
    Named("MacroExecutionMode", 0), Named("UpdateDocMode", 0)))
  If IsNull(document) Then
    Outcome = "refused" & Chr(9) & "not loaded"
    Exit Function
  End If
  If field(2) = "1" Then UpdateContents(document)
  pages = document.CurrentController.PageCount
  document.storeToURL(field(1), Array( _
    Named("FilterName", "writer_pdf_Export"), Named("FilterData", Array({export}))))
  document.close(True)
  Outcome = "done" & Chr(9) & pages & Chr(9) & (GetSystemTicks() - began)
  Exit Function
' An error in here would open a dialog and wait for ever.
Refused:
  Outcome = "refused" & Chr(9) & Join(Split(Error, Chr(10)), " ")
  If Not IsNull(document) Then document.close(True)
End Function

' Once is enough: update() lays the document out again before it writes the page numbers.
Sub UpdateContents(document As Object)
  Dim i As Integer
  For i = 0 To document.DocumentIndexes.Count - 1
    document.DocumentIndexes.getByIndex(i).update()
  Next
  document.TextFields.refresh()
End Sub
"""

_EXPORT: Final[dict[str, str]] = {
    "SelectPdfVersion": "2",  # PDF/A-2b
    "PDFUACompliance": "True",
    "UseTaggedPDF": "True",
    "ExportBookmarks": "True",
    "ReduceImageResolution": "False",  # for print; also a third faster on a long document
    "ExportFormFields": "False",  # newer versions make fields of content controls that PDF/A forbids
    "ExportNotes": "False",  # a comment left in a template is not for the recipient
    # A chapter that opens on an odd page keeps its blank page, as in Word; a letter that begins among others
    # has none.
    "IsSkipEmptyPages": "merged",
    "ExportBookmarksToPDFDestination": "merged",
}

_SETTINGS: Final[tuple[tuple[str, str, str], ...]] = (
    # Otherwise LibreOffice believes it was upgraded and tests its graphics at every start (0.65 s).
    ("Setup/Product", "ooSetupLastVersion", "99.9"),
    # Otherwise the first start replaces our Basic library by an empty one.
    ("Setup/Office", "ooSetupInstCompleted", "true"),
    # Whatever the language of the machine: the same dates, numbers and hyphenation.
    ("Setup/L10N", "ooSetupSystemLocale", "fr-FR"),
    # These stop the documents' macros and whatever a document links to (images, templates, objects).
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    # Nothing is kept from one document to the next.
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Common/History", "PickListSize", "0"),
)

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DOCTYPE: Final = '<!DOCTYPE {0}:{1} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{2}.dtd">\n'
_SCRIPT: Final = 'xmlns:script="http://openoffice.org/2000/script"'
_LIBRARY: Final = 'xmlns:library="http://openoffice.org/2000/library"'


def seed(profile: Path, spool: Path, build_id: str) -> None:
    """Write a new profile whose start macro serves ``spool``.

    Args:
        profile: Folder to make; given to LibreOffice as its UserInstallation.
        spool: Folder of orders and answers, absolute.
        build_id: What the installation calls itself (``OfficeProgram.build_id``). When the profile bears
            another one, LibreOffice empties its cache of extensions and starts a second time (0.09 s).
    """
    user = profile / "user"
    basic = user / "basic" / "Standard"
    basic.mkdir(parents=True)
    export = ", ".join(f'Named("{key}", {value})' for key, value in _EXPORT.items())
    loop = _LOOP.format(spool=spool.as_uri(), export=export)
    _write(user / "registrymodifications.xcu", _settings())
    _write(user / "extensions" / "buildid", build_id)
    _write(
        basic / "Clspd.xba",
        _XML
        + _DOCTYPE.format("script", "module", "module")
        + f'<script:module {_SCRIPT} script:name="Clspd" script:language="StarBasic">'
        + f"{escape(loop)}</script:module>",
    )
    for kind, modules in (("script", '<library:element library:name="Clspd"/>'), ("dialog", "")):
        _write(
            basic / f"{kind}.xlb",
            _XML
            + _DOCTYPE.format("library", "library", "library")
            + f'<library:library {_LIBRARY} library:name="Standard" library:readonly="false" '
            + f'library:passwordprotected="false">{modules}</library:library>',
        )
        _write(
            basic.parent / f"{kind}.xlc",
            _XML
            + _DOCTYPE.format("library", "libraries", "libraries")
            + f"<library:libraries {_LIBRARY}>"
            + '<library:library library:name="Standard" library:link="false"/></library:libraries>',
        )


def _settings() -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>\n"
        for path, name, value in _SETTINGS
    )
    return f'{_XML}<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
