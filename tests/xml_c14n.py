"""What libxml2 makes of XML files: `xml_c14n.py LIST`, one path per line.

Prints per file: path, then a tab, then
  `doctype`      it has a document type declaration,
  `malformed`    libxml2 does not read it,
  `namespace-name` it does not, since a namespace name is no URI,
  or SHA-256 digests separated by tabs: Canonical XML 1.0, the same with comments, exclusive, the same with comments,
  Canonical XML 1.1 with comments (xmllint; `-` where it is not there). `refused` in a place: no canonical form.
"""

import hashlib
import os
import shutil
import subprocess
import sys

from lxml import etree


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def written(tree, **how):
    try:
        return digest(etree.tostring(tree, method="c14n", **how))
    except etree.C14NError:
        return "refused"


def version_11(path, xmllint):
    if not xmllint:
        return "-"
    done = subprocess.run([xmllint, "--nonet", "--huge", "--c14n11", path], capture_output=True)
    return digest(done.stdout) if done.returncode == 0 and done.stdout else "refused"


def judge(path, xmllint):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        tree = etree.parse(path, parser)
    except etree.XMLSyntaxError as error:
        # Namespaces in XML leaves it open whether a namespace name that is no URI is an error.
        return ["namespace-name" if "is not a valid URI" in str(error) else "malformed"]
    except OSError:
        return ["malformed"]
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        return ["doctype"]
    return [
        written(tree, exclusive=False, with_comments=False),
        written(tree, exclusive=False, with_comments=True),
        written(tree, exclusive=True, with_comments=False),
        written(tree, exclusive=True, with_comments=True),
        version_11(path, xmllint),
    ]


def main():
    xmllint = shutil.which("xmllint")
    with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as listed:
        for line in listed:
            path = line.rstrip("\n")
            print("\t".join([path, *judge(path, xmllint)]))


if __name__ == "__main__":
    os.environ["XML_CATALOG_FILES"] = ""
    main()
