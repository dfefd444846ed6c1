"""Makes random documents, signs them, and changes them afterwards: by chains of what is permitted, and by one edit
that is not.

usage: changes_random.py FOLDER SEED COUNT. Writes COUNT documents of each sort to FOLDER, and prints one line for each:
file, `permitted` or `flagged`, what was done; tab-separated. The keys are made anew each time and forgotten; all else
follows from the seed. Everything is done with pyHanko.
"""

import datetime
import io
import logging
import os
import random
import sys

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)
FOLDER, SEED, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)


def certificate(name, usage=None):
    # pyHanko's time-stamper knows RSA only.
    key = ec.generate_private_key(ec.SECP256R1()) if usage is None else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    year = datetime.timedelta(days=3650)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), NOW - year, NOW + year)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    made = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    loaded = asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
    return loaded, asn1_keys.PrivateKeyInfo.load(private)


def signer():
    made, key = certificate("Test signer")
    return signers.SimpleSigner(signing_cert=made, signing_key=key, cert_registry=SimpleCertificateStore.from_certs([made]))


def stamper():
    made, key = certificate("Test time-stamps", x509.ExtendedKeyUsageOID.TIME_STAMPING)
    return timestamps.DummyTimeStamper(
        tsa_cert=made, tsa_key=key, certs_to_embed=SimpleCertificateStore.from_certs([made]), fixed_dt=NOW
    )


SIGNER, STAMPER = signer(), stamper()
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def words(rng):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 14)))


def stream(writer, data, entries=None):
    return writer.add_object(generic.StreamObject(dict_data=entries or {}, stream_data=data))


def dictionary(entries):
    return generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})


def numbers(*values):
    return generic.ArrayObject([generic.NumberObject(value) for value in values])


def appearance(writer, text, font, opaque=False):
    fill = b"1 g 0 0 200 20 re f 0 g " if opaque else b""
    return stream(
        writer,
        fill + b"/Tx BMC q BT /Helv 10 Tf 2 5 Td (" + text.encode("ascii") + b") Tj ET Q EMC",
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): numbers(0, 0, 200, 20),
            pdf_name("/Resources"): dictionary({"/Font": dictionary({"/Helv": font})}),
        },
    )


def document(rng):
    """Pages with text in the upper part, fields in the middle, nothing below 250."""
    writer = PdfFileWriter(stream_xrefs=rng.random() < 0.5)
    font = writer.add_object(
        dictionary(
            {
                "/Type": pdf_name("/Font"),
                "/Subtype": pdf_name("/Type1"),
                "/BaseFont": pdf_name("/Helvetica"),
                "/Encoding": pdf_name("/WinAnsiEncoding"),
            }
        )
    )
    for _ in range(rng.randint(1, 3)):
        lines = "".join(
            f"BT /F1 12 Tf 72 {780 - 20 * row} Td ({words(rng)} {words(rng)}) Tj ET\n" for row in range(rng.randint(1, 8))
        )
        page = PageObject(
            contents=stream(writer, lines.encode("ascii")),
            media_box=(0, 0, 595, 842),
            resources=dictionary({"/Font": dictionary({"/F1": font})}),
        )
        writer.insert_page(page)
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    widgets = generic.ArrayObject()
    for index in range(rng.randint(1, 3)):
        value = words(rng)
        widgets.append(
            writer.add_object(
                dictionary(
                    {
                        "/Type": pdf_name("/Annot"),
                        "/Subtype": pdf_name("/Widget"),
                        "/FT": pdf_name("/Tx"),
                        "/T": pdf_string(f"text{index}"),
                        "/F": generic.NumberObject(4),
                        "/P": page,
                        "/Rect": numbers(72, 500 - 30 * index, 272, 520 - 30 * index),
                        "/DA": pdf_string("/Helv 10 Tf 0 g"),
                        "/V": pdf_string(value),
                        "/AP": dictionary({"/N": appearance(writer, value, font)}),
                    }
                )
            )
        )
    mark = [
        stream(
            writer,
            data,
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): numbers(0, 0, 10, 10),
            },
        )
        for data in (b"0 0 10 10 re S", b"0 0 10 10 re S 0 0 m 10 10 l S")
    ]
    widgets.append(
        writer.add_object(
            dictionary(
                {
                    "/Type": pdf_name("/Annot"),
                    "/Subtype": pdf_name("/Widget"),
                    "/FT": pdf_name("/Btn"),
                    "/T": pdf_string("box"),
                    "/F": generic.NumberObject(4),
                    "/P": page,
                    "/Rect": numbers(300, 500, 310, 510),
                    "/V": pdf_name("/Off"),
                    "/AS": pdf_name("/Off"),
                    "/AP": dictionary({"/N": dictionary({"/Off": mark[0], "/On": mark[1]})}),
                }
            )
        )
    )
    page.get_object()["/Annots"] = generic.ArrayObject(widgets)
    writer.root["/AcroForm"] = writer.add_object(
        dictionary(
            {
                "/Fields": generic.ArrayObject(widgets),
                "/DA": pdf_string("/Helv 10 Tf 0 g"),
                "/DR": dictionary({"/Font": dictionary({"/Helv": font})}),
            }
        )
    )
    output = io.BytesIO()
    writer.write(output)
    return output


def opened(data):
    return IncrementalPdfFileWriter(data, strict=False)


def written(writer):
    output = io.BytesIO()
    writer.write(output)
    return output


class Chain:
    """A document with its signatures so far."""

    def __init__(self, rng):
        self.rng, self.data, self.count, self.done = rng, document(rng), 0, []
        self.level = rng.choice([None, None, None, 1, 2, 3])
        if self.level is None:
            self.sign()
        else:
            self.done.append(f"certify P = {self.level}")
            self.sign(certify=True, docmdp_permissions=MDPPerm(self.level))

    def sign(self, visible=False, stamped=False, **metadata):
        self.count += 1
        name = f"Signature{self.count}"
        box = None
        if visible:
            left, bottom = self.rng.randint(20, 300), self.rng.randint(20, 180)
            box = (left, bottom, left + self.rng.randint(80, 200), bottom + self.rng.randint(30, 60))
        meta = signers.PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", **metadata)
        style = TextStampStyle(stamp_text="%(signer)s %(ts)s") if visible else None
        output = signers.PdfSigner(
            meta,
            SIGNER,
            timestamper=STAMPER if stamped else None,
            stamp_style=style,
            new_field_spec=SigFieldSpec(name, box=box, on_page=0),
        ).sign_pdf(opened(self.data))
        self.data = io.BytesIO(output.getvalue())

    def field(self, writer, wanted):
        for one in writer.root["/AcroForm"]["/Fields"]:
            one = one.get_object()
            if one.get("/T", "").startswith(wanted):
                return one
        raise KeyError(wanted)

    # What is permitted.

    def more_signature(self):
        self.sign(stamped=self.rng.random() < 0.5)

    def visible_signature(self):
        self.sign(visible=True)

    def timestamp(self):
        output = signers.PdfTimeStamper(STAMPER).timestamp_pdf(opened(self.data), "sha256")
        self.data = io.BytesIO(output.getvalue())

    def store(self):
        made, _ = certificate(words(self.rng))
        DocumentSecurityStore.add_dss(self.data, None, certs=[made])

    def fill(self):
        writer = opened(self.data)
        form = writer.root["/AcroForm"]
        font = form["/DR"]["/Font"].raw_get("/Helv")
        field, value = self.field(writer, "text0"), words(self.rng)
        field["/V"] = pdf_string(value)
        field["/AP"] = dictionary({"/N": appearance(writer, value, font)})
        writer.update_container(field)
        self.data = written(writer)

    def tick(self):
        writer = opened(self.data)
        field = self.field(writer, "box")
        state = pdf_name("/On" if field["/V"] == "/Off" else "/Off")
        field["/V"] = field["/AS"] = state
        writer.update_container(field)
        self.data = written(writer)

    def permitted(self):
        always = [self.timestamp, self.store]
        filling = [self.more_signature, self.visible_signature, self.fill, self.tick]
        step = self.rng.choice(always if self.level == 1 else always + filling)
        self.done.append(step.__name__)
        step()

    # What is not.

    def edit(self):
        name, change = self.rng.choice(EDITS)
        self.done.append("EDIT " + name)
        writer = opened(self.data)
        change(self, writer)
        self.data = written(writer)


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0].get_object()


def changed(entry_of, key, value):
    """Sets an entry of what `entry_of` finds."""

    def change(_, writer):
        found = entry_of(writer)
        found[pdf_name(key)] = value(writer) if callable(value) else value
        writer.update_container(found) if found is not writer.root else writer.update_root()

    return change


def root(key, value):
    return changed(lambda writer: writer.root, key, value)


def of_page(key, value):
    return changed(page_of, key, value)


def of_form(key, value):
    return changed(lambda writer: writer.root["/AcroForm"], key, value)


def of_text(key, value):
    def change(chain, writer):
        field = chain.field(writer, "text0")
        field[pdf_name(key)] = value(writer) if callable(value) else value
        writer.update_container(field)

    return change


def content_appended(chain, writer):
    page = page_of(writer)
    more = stream(writer, f"BT /F1 12 Tf 72 400 Td ({words(chain.rng)}) Tj ET".encode("ascii"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), more])
    writer.update_container(page)


def content_replaced(chain, writer):
    page = page_of(writer)
    page["/Contents"] = stream(writer, f"BT /F1 12 Tf 72 700 Td ({words(chain.rng)}) Tj ET".encode("ascii"))
    writer.update_container(page)


def font_replaced(_, writer):
    font = page_of(writer)["/Resources"]["/Font"]["/F1"]
    font["/BaseFont"] = pdf_name("/Courier")
    writer.update_container(font)


def link_added(chain, writer):
    page = page_of(writer)
    left = chain.rng.randint(0, 400)
    link = writer.add_object(
        dictionary(
            {
                "/Type": pdf_name("/Annot"),
                "/Subtype": pdf_name("/Link"),
                "/Rect": numbers(left, 300, left + 20, 320),
                "/A": dictionary({"/S": pdf_name("/URI"), "/URI": pdf_string("https://example.org")}),
            }
        )
    )
    page["/Annots"] = generic.ArrayObject([*(page["/Annots"].raw_get(i) for i in range(len(page["/Annots"]))), link])
    writer.update_container(page)


def stamp_over_text(_, writer):
    page = page_of(writer)
    cover = stream(
        writer,
        b"1 g 0 0 400 100 re f",
        {pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): numbers(0, 0, 400, 100)},
    )
    mark = writer.add_object(
        dictionary(
            {
                "/Type": pdf_name("/Annot"),
                "/Subtype": pdf_name("/Stamp"),
                "/Rect": numbers(70, 740, 470, 840),
                "/AP": dictionary({"/N": cover}),
            }
        )
    )
    page["/Annots"] = generic.ArrayObject([*(page["/Annots"].raw_get(i) for i in range(len(page["/Annots"]))), mark])
    writer.update_container(page)


def page_added(_, writer):
    writer.insert_page(PageObject(contents=stream(writer, b""), media_box=(0, 0, 595, 842)))


def field_added(_, writer):
    form = writer.root["/AcroForm"]
    form["/Fields"].append(writer.add_object(dictionary({"/FT": pdf_name("/Tx"), "/T": pdf_string("new")})))
    writer.update_container(form["/Fields"])


def field_removed(_, writer):
    form = writer.root["/AcroForm"]
    del form["/Fields"][0]
    writer.update_container(form["/Fields"])


def shows_otherwise(chain, writer):
    field = chain.field(writer, "text0")
    font = writer.root["/AcroForm"]["/DR"]["/Font"].raw_get("/Helv")
    value = words(chain.rng)
    field["/V"] = pdf_string(value)
    field["/AP"] = dictionary({"/N": appearance(writer, value + words(chain.rng), font)})
    writer.update_container(field)


def looks_otherwise(chain, writer):
    field = chain.field(writer, "text0")
    font = writer.root["/AcroForm"]["/DR"]["/Font"].raw_get("/Helv")
    field["/AP"] = dictionary({"/N": appearance(writer, words(chain.rng), font)})
    writer.update_container(field)


def signature_taken_away(chain, writer):
    field = chain.field(writer, "Signature1")
    del field["/V"]
    writer.update_container(field)


def script():
    return dictionary({"/S": pdf_name("/JavaScript"), "/JS": pdf_string("app.alert(1)")})


def attachment(writer):
    data = stream(writer, b"attached", {pdf_name("/Type"): pdf_name("/EmbeddedFile")})
    named = dictionary({"/Type": pdf_name("/Filespec"), "/F": pdf_string("a"), "/EF": dictionary({"/F": data})})
    return dictionary({"/EmbeddedFiles": dictionary({"/Names": generic.ArrayObject([pdf_string("a"), writer.add_object(named)])})})


def layers(writer):
    group = writer.add_object(dictionary({"/Type": pdf_name("/OCG"), "/Name": pdf_string("a")}))
    groups = generic.ArrayObject([group])
    return dictionary({"/OCGs": groups, "/D": dictionary({"/OFF": groups})})


EDITS = [
    ("content appended", content_appended),
    ("content replaced", content_replaced),
    ("font replaced", font_replaced),
    ("link added", link_added),
    ("stamp over text", stamp_over_text),
    ("page added", page_added),
    ("field added", field_added),
    ("field removed", field_removed),
    ("appearance of another value", shows_otherwise),
    ("appearance without a value", looks_otherwise),
    ("signature taken away", signature_taken_away),
    ("open action", root("/OpenAction", script())),
    ("additional actions", root("/AA", lambda _: dictionary({"/WC": script()}))),
    ("attached file", root("/Names", attachment)),
    ("named destinations", root("/Dests", lambda _: dictionary({"/a": numbers(0)}))),
    ("layers", root("/OCProperties", layers)),
    ("language", root("/Lang", pdf_string("de"))),
    ("page labels", root("/PageLabels", lambda _: dictionary({"/Nums": generic.ArrayObject()}))),
    ("viewer", root("/ViewerPreferences", lambda _: dictionary({"/HideToolbar": generic.BooleanObject(True)}))),
    ("foreign entry", root("/Foreign", pdf_string("x"))),
    ("store with a page", root("/DSS", lambda writer: dictionary({"/Certs": generic.ArrayObject([writer.root["/Pages"]["/Kids"].raw_get(0)])}))),
    ("page turned", of_page("/Rotate", generic.NumberObject(180))),
    ("page cut", of_page("/CropBox", numbers(0, 0, 100, 100))),
    ("page acts", of_page("/AA", lambda _: dictionary({"/O": script()}))),
    ("resources", of_page("/Resources", lambda _: dictionary({}))),
    ("form default", of_form("/DA", pdf_string("/Helv 30 Tf 1 g"))),
    ("form alignment", of_form("/Q", generic.NumberObject(2))),
    ("appearances anew", of_form("/NeedAppearances", generic.BooleanObject(True))),
    ("XFA", of_form("/XFA", lambda writer: stream(writer, b"<xdp/>"))),
    ("calculation", of_form("/CO", generic.ArrayObject())),
    ("field moved", of_text("/Rect", numbers(72, 700, 272, 720))),
    ("field renamed", of_text("/T", pdf_string("text99"))),
    ("field hidden", of_text("/F", generic.NumberObject(2))),
    ("field limited", of_text("/MaxLen", generic.NumberObject(1))),
    ("field acts", of_text("/AA", lambda _: dictionary({"/K": script()}))),
    ("value that is no text", of_text("/V", generic.NumberObject(7))),
]


def made(sort, index):
    rng = random.Random(f"{SEED} {sort} {index}")
    chain = Chain(rng)
    for _ in range(rng.randint(1, 4) if sort == "permitted" else rng.randint(0, 2)):
        chain.permitted()
    if sort == "flagged":
        # Each sort of edit has its turn.
        rng.choice = lambda choices, choice=rng.choice: choices[index % len(choices)] if choices is EDITS else choice(choices)
        chain.edit()
        # What is permitted afterwards heals nothing.
        if chain.done[-1] not in ("EDIT signature taken away", "EDIT field removed") and rng.random() < 0.5:
            chain.timestamp()
            chain.done.append("timestamp")
    path = os.path.join(FOLDER, f"{sort}-{index}.pdf")
    with open(path, "wb") as file:
        file.write(chain.data.getvalue())
    print(path, sort, ", ".join(chain.done), sep="\t")


for number in range(COUNT):
    made("permitted", number)
    made("flagged", number)
