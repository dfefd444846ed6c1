"""Judges documents of PAdES-B-LTA with pyHanko's AdES API, in this process and without network, and prints what one takes.

What is measured is validation with time (EN 319 102-1 §5.5) with the evidence of the document's store, and the comparison
of revisions; the document time-stamp around it all is verified too, as a signature, but slides no time: the past
validation of §5.6.3 goes from the wall clock in pyHanko, which has left the made evidence behind.

Arguments: the root (DER), for when is judged (RFC 3339), how many times, the PDFs. What is opened anew for each time is
what a program would open anew for each document: the file, which is in memory, and its signature.
"""

import asyncio
import dataclasses
import datetime
import io
import statistics
import sys
import time

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import (
    _dss_to_local_knowledge,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.policy_decl import (
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

root, at, times, *documents = sys.argv[1:]
with open(root, "rb") as file:
    anchor = x509.Certificate.load(file.read())
moment = datetime.datetime.fromisoformat(at)
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust_roots=[anchor]),
    revinfo_policy=CertRevTrustPolicy(
        RevocationCheckingPolicy(
            ee_certificate_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
            intermediate_ca_cert_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
        )
    ),
)
spec = SignatureValidationSpec(
    cert_validation_policy=policy,
    revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
    key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
)
timing = ValidationTimingInfo(
    validation_time=moment, best_signature_time=moment, point_in_time_validation=False
)


def judge(content):
    return asyncio.run(validate(PdfFileReader(io.BytesIO(content))))


async def validate(reader):
    with_store = dataclasses.replace(spec, local_knowledge=_dss_to_local_knowledge(reader))
    stamp = reader.embedded_timestamp_signatures[-1]
    stamped = await ades_timestamp_validation(
        stamp.signed_data, with_store, lambda _: stamp.compute_digest(), timing_info=timing
    )
    assert stamped.ades_subindic is AdESPassed.OK, stamped.failure_msg
    signature = reader.embedded_regular_signatures[0]
    signature.compute_integrity_info()
    return await ades_with_time_validation(
        signature.signed_data, with_store, timing_info=timing, raw_digest=signature.compute_digest()
    )


for document in documents:
    with open(document, "rb") as file:
        content = file.read()
    result = judge(content)
    assert result.ades_subindic is AdESPassed.OK, (document, result.ades_subindic, result.failure_msg)
    taken = []
    for _ in range(int(times)):
        began = time.perf_counter()
        judge(content)
        taken.append(time.perf_counter() - began)
    print(
        f"{document.rsplit('/', 1)[-1]}: pyHanko median {statistics.median(taken) * 1e3:.1f} ms,"
        f" least {min(taken) * 1e3:.1f} ms of {times}"
    )
