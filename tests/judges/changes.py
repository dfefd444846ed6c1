"""Says of documents whether pyHanko accepts the signature in the field S1 with what came after it.

usage: changes.py ROOT < DOCUMENTS, a JSON list of paths. Prints a JSON list: "accepts", or why not.
"""

import json
import logging
import signal
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
SECONDS = 30


def alarm(*_):
    raise TimeoutError


def judge(path, root):
    signal.alarm(SECONDS)
    try:
        with open(path, "rb") as file:
            reader = PdfFileReader(file, strict=False)
            one = next(one for one in reader.embedded_regular_signatures if one.field_name == "S1")
            status = validate_pdf_signature(one, ValidationContext(trust_roots=[root], allow_fetching=False))
            return "accepts" if status.bottom_line else status.summary()
    except BaseException as error:
        return "error: " + repr(error)[:200]
    finally:
        signal.alarm(0)


signal.signal(signal.SIGALRM, alarm)
with open(sys.argv[1], "rb") as file:
    ROOT = x509.Certificate.load(pem.unarmor(file.read())[2])
print(json.dumps([judge(path, ROOT) for path in json.load(sys.stdin)]))
