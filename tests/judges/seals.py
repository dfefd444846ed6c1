"""Says what pyHanko finds in documents before and after they were sealed.

usage: seals.py ROOT < DOCUMENTS, a JSON list of [path before, path after, name of the field of the seal]. Prints a JSON
list: for each document `error` where it could not be read before, else `seal` (what is wrong with the seal; empty
where nothing is) and `worse` (the fields of earlier signatures that are intact and valid no more, or gone).
"""

import json
import logging
import signal
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
SECONDS = 30


def alarm(*_):
    raise TimeoutError


def signatures(reader):
    """Whether each signature is intact and valid, by the name of its field."""
    found = {}
    for one in reader.embedded_regular_signatures:
        try:
            intact, valid = validate_sig_integrity(one.signer_info, one.signer_cert, "data", one.compute_digest())
            found[one.field_name] = intact and valid
        except Exception:  # what cannot be judged before cannot become worse
            found[one.field_name] = None
    return found


def before(path):
    with open(path, "rb") as file:
        reader = PdfFileReader(file, strict=False)
        reader.root["/Pages"]["/Kids"]
        return signatures(reader)


def after(path, field, root):
    with open(path, "rb") as file:
        reader = PdfFileReader(file, strict=False)
        own = [one for one in reader.embedded_regular_signatures if one.field_name == field]
        if len(own) != 1:
            return f"{len(own)} signatures in the field", {}
        context = ValidationContext(trust_roots=[root], allow_fetching=False)
        status = validate_pdf_signature(own[0], context)
        wrong = []
        if not status.intact:
            wrong.append("not intact")
        if not status.valid:
            wrong.append("not valid")
        if not status.trusted:
            wrong.append("not trusted")
        if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            wrong.append(f"coverage {status.coverage}")
        if len(own) == 1 and not status.bottom_line:
            wrong.append("bottom line: " + status.summary())
        return ", ".join(wrong), signatures(reader)


def judge(path, sealed, field, root):
    signal.alarm(SECONDS)
    try:
        earlier = before(path)
    except BaseException as error:
        return {"error": repr(error)[:200]}
    finally:
        signal.alarm(0)
    signal.alarm(SECONDS)
    try:
        seal, now = after(sealed, field, root)
    except BaseException as error:
        return {"seal": "error: " + repr(error)[:300], "worse": []}
    finally:
        signal.alarm(0)
    return {"seal": seal, "worse": [name for name, good in earlier.items() if good and not now.get(name)]}


signal.signal(signal.SIGALRM, alarm)
with open(sys.argv[1], "rb") as file:
    ROOT = x509.Certificate.load(pem.unarmor(file.read())[2])
print(json.dumps([judge(*document, ROOT) for document in json.load(sys.stdin)]))
