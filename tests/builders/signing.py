"""Test signers: a certification authority of our own, two people, a time stamp, and pyHanko to sign and to judge.

pip install "pyhanko>=0.38,<0.39"
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from functools import cache

from asn1crypto import crl, keys, x509
from cryptography import x509 as make
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, validation
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
YEARS = dt.timedelta(days=3650)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: make.Certificate
    key: rsa.RSAPrivateKey

    @property
    def cert(self) -> x509.Certificate:
        loaded: x509.Certificate = x509.Certificate.load(
            self.certificate.public_bytes(serialization.Encoding.DER)
        )
        return loaded

    @property
    def private(self) -> keys.PrivateKeyInfo:
        der, pkcs8 = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
        data = self.key.private_bytes(der, pkcs8, serialization.NoEncryption())
        loaded: keys.PrivateKeyInfo = keys.PrivateKeyInfo.load(data)
        return loaded


def _holder(name: str, issuer: Holder | None, *, is_clock: bool = False) -> Holder:
    key = rsa.generate_private_key(65537, 2048)
    subject = make.Name([make.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    usage |= {"key_cert_sign": issuer is None, "crl_sign": issuer is None}
    usage |= {
        "digital_signature": issuer is not None,
        "content_commitment": issuer is not None and not is_clock,
    }
    builder = (
        make.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(make.random_serial_number())
        .not_valid_before(DAY)
        .not_valid_after(DAY + YEARS)
        .add_extension(make.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(make.KeyUsage(**usage), critical=True)
        .add_extension(make.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if is_clock:
        builder = builder.add_extension(
            make.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@cache
def authority() -> Holder:
    """Return the authority that everybody here trusts."""
    return _holder("Autorité d’essai", None)


@cache
def signer(name: str, *, is_clock: bool = False) -> SimpleSigner:
    """Return a test signer."""
    holder, store = _holder(name, authority(), is_clock=is_clock), SimpleCertificateStore()
    store.register(authority().cert)
    return SimpleSigner(signing_cert=holder.cert, signing_key=holder.private, cert_registry=store)


def trust() -> ValidationContext:
    """Return what trusts our authority and asks nobody."""
    now = dt.datetime.now(dt.UTC)
    made = (
        make.CertificateRevocationListBuilder()
        .issuer_name(authority().certificate.subject)
        .last_update(now - dt.timedelta(days=1))
        .next_update(now + dt.timedelta(days=30))
        .sign(authority().key, hashes.SHA256())
    )
    listed = crl.CertificateList.load(made.public_bytes(serialization.Encoding.DER))
    return ValidationContext(trust_roots=[authority().cert], crls=[listed], allow_fetching=False)


def sign(pdf: bytes, field: str, who: str = "La maire", *, for_long: bool = False) -> bytes:
    """Return ``pdf`` signed in ``field`` by ``who``: PAdES B-B, or B-LTA.

    The stamp is empty: pyHanko's own has a font that is not in the file, which no PDF/A allows.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    clock = signer("Horodatage", is_clock=True)
    assert clock.signing_cert is not None
    stamper = DummyTimeStamper(clock.signing_cert, clock.signing_key, certs_to_embed=clock.cert_registry)
    wish = PdfSignatureMetadata(
        field_name=field,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        embed_validation_info=for_long,
        use_pades_lta=for_long,
        validation_context=trust() if for_long else None,
    )
    style = StaticStampStyle(border_width=0)
    made = PdfSigner(wish, signer(who), timestamper=stamper if for_long else None, stamp_style=style)
    return bytes(made.sign_pdf(writer).getvalue())


def empty_fields(pdf: bytes) -> list[str]:
    """Return the names of the fields that pyHanko sees empty."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    return [name for name, _, _ in enumerate_sig_fields(reader, filled_status=False)]


def verdicts(pdf: bytes) -> dict[str, bool]:
    """Return, by field, whether pyHanko finds the signature whole, trusted, and not undone by what came after."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    found = {}
    for each in reader.embedded_regular_signatures:
        status = validation.validate_pdf_signature(each, trust(), trust())
        found[each.field_name] = bool(status.bottom_line)
    return found
