"""Prints for each PDF, and each of its signatures in file order, integrity and coverage in this project's words.

usage: facts.py < DOCUMENTS, a JSON list of pairs of a path and a password or null. Prints a JSON list of lists.
"""

import json
import sys

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel

COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: "whole-document",
    SignatureCoverageLevel.ENTIRE_REVISION: "whole-revision",
}


def facts(path, password):
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        if password is not None:
            reader.decrypt(password)
        return [judge(signature) for signature in reader.embedded_regular_signatures]


def judge(signature):
    coverage = signature.evaluate_signature_coverage()
    digest = signature.compute_digest()
    intact, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
    return ["intact" if intact and valid else "broken", COVERAGE.get(coverage, "partial")]


print(json.dumps([facts(path, password) for path, password in json.load(sys.stdin)]))
