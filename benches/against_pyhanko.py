"""Seals a file again and again with pyHanko's signer, the key kept in memory, and prints what one seal takes.

Arguments: the PDF, the private key (PKCS #8, DER), its certificate (PEM), `ecdsa` or `pss`, how many times.
The same form as ours: PAdES, level B-B, invisible, by an incremental update, nothing fetched. pyHanko does not check
what it made; ours does, so ours is to be compared without its stage `check` too.
"""

import io
import statistics
import sys
import time

from asn1crypto import pem, x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import process_pss_params

document, key_file, certificate_file, algorithm, times = sys.argv[1:]
with open(document, "rb") as file:
    original = file.read()
with open(key_file, "rb") as file:
    key = PrivateKeyInfo.load(file.read())
with open(certificate_file, "rb") as file:
    certificate = x509.Certificate.load(pem.unarmor(file.read())[2])


class Loaded(signers.SimpleSigner):
    """pyHanko's signer loads its key anew for every signature, which checks an RSA key each time; this one does not."""

    loaded = serialization.load_der_private_key(key.dump(), password=None)

    def sign_raw(self, data, digest_algorithm):
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if algorithm == "pss":
            return self.loaded.sign(data, *process_pss_params(mechanism["parameters"]))
        return self.loaded.sign(data, signature_algorithm=ECDSA(SHA256()))


metadata = signers.PdfSignatureMetadata(
    field_name="Seal", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
)


def seal(signer):
    writer = IncrementalPdfFileWriter(io.BytesIO(original))
    return signers.sign_pdf(writer, metadata, signer=signer).getvalue()


for kind, name in ((signers.SimpleSigner, "as it is"), (Loaded, "key loaded once")):
    signer = kind(
        signing_cert=certificate,
        signing_key=key,
        cert_registry=SimpleCertificateStore(),
        prefer_pss=algorithm == "pss",
    )
    assert seal(signer).startswith(original)
    taken = []
    for _ in range(int(times)):
        began = time.perf_counter()
        seal(signer)
        taken.append(time.perf_counter() - began)
    print(f"pyHanko, {algorithm}, {name}: median {statistics.median(taken) * 1e6:.1f} µs of {times}")
