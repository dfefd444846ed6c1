#!/bin/sh
# Makes the material of the unit tests of src/pki anew, beside this file: `sh src/pki/testdata/make.sh`.
# Needs OpenSSL 3. The keys are thrown away. The tests name some times and serial numbers, so look at them after it.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > openssl.cnf <<'CNF'
[req]
distinguished_name = none
string_mask = utf8only
[none]
[ca]
basicConstraints = critical,CA:TRUE,pathlen:1
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;email:zh.example,permitted;dirName:swiss,excluded;DNS:evil.example
policyConstraints = critical,requireExplicitPolicy:3,inhibitPolicyMapping:0
inhibitAnyPolicy = critical,2
policyMappings = 1.2.3:1.2.4
[swiss]
C = CH
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical,nonRepudiation,digitalSignature
extendedKeyUsage = 1.3.6.1.4.1.311.10.3.12,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
subjectAltName = email:anna@zh.example,DNS:www.zh.example,URI:https://zh.example/,IP:192.0.2.1,RID:1.2.3
certificatePolicies = 0.4.0.194112.1.2,@policy
crlDistributionPoints = crldp1,crldp2
authorityInfoAccess = OCSP;URI:http://ocsp.zh.example/,caIssuers;URI:http://ca.zh.example/ca.cer
1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:qc
0.4.0.194121.2.1 = ASN1:NULL
2.5.29.56 = ASN1:NULL
1.2.3.4.5 = critical,ASN1:NULL
[policy]
policyIdentifier = 2.16.756.1.2.3
CPS.1 = https://cps.zh.example/
userNotice.1 = @notice
[notice]
explicitText = "Notice"
[crldp1]
fullname = URI:http://crl.zh.example/1.crl
reasons = keyCompromise,CACompromise
[crldp2]
fullname = URI:ldap://crl.zh.example/2
CRLissuer = dirName:swiss
[qc]
a = SEQUENCE:qc_compliance
b = SEQUENCE:qc_sscd
c = SEQUENCE:qc_type
d = SEQUENCE:qc_legislation
e = SEQUENCE:qc_limit
f = SEQUENCE:qc_retention
g = SEQUENCE:qc_pds
h = SEQUENCE:qc_semantics
i = SEQUENCE:qc_malformed
[qc_compliance]
a = OID:0.4.0.1862.1.1
[qc_sscd]
a = OID:0.4.0.1862.1.4
[qc_type]
a = OID:0.4.0.1862.1.6
b = SEQUENCE:qc_type_list
[qc_type_list]
a = OID:0.4.0.1862.1.6.1
[qc_legislation]
a = OID:0.4.0.1862.1.7
b = SEQUENCE:qc_countries
[qc_countries]
a = PRINTABLESTRING:CH
[qc_limit]
a = OID:0.4.0.1862.1.2
b = SEQUENCE:qc_limit_value
[qc_limit_value]
a = PRINTABLESTRING:CHF
b = INTEGER:5
c = INTEGER:3
[qc_retention]
a = OID:0.4.0.1862.1.3
b = INTEGER:11
[qc_pds]
a = OID:0.4.0.1862.1.5
b = SEQUENCE:qc_pds_list
[qc_pds_list]
a = SEQUENCE:qc_pds_de
[qc_pds_de]
a = IA5STRING:https://pds.zh.example/de
b = PRINTABLESTRING:de
[qc_semantics]
a = OID:1.3.6.1.5.5.7.11.2
b = SEQUENCE:qc_semantics_value
[qc_semantics_value]
a = OID:0.4.0.194121.1.1
[qc_malformed]
a = OID:0.4.0.1862.1.3
b = PRINTABLESTRING:eleven
[stamper]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[crl]
issuingDistributionPoint = critical,@idp
authorityKeyIdentifier = keyid:always
2.5.29.60 = ASN1:GENERALIZEDTIME:20260101000000Z
[idp]
fullname = URI:http://crl.zh.example/1.crl
indirectCRL = TRUE
onlyuser = TRUE
onlysomereasons = keyCompromise
[default]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
[tsa]
default_tsa = ts_tsa
[ts_tsa]
serial = ts_serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
CNF
export OPENSSL_CONF="$work/openssl.cnf"
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
key ca; key leaf; key tsa
openssl req -x509 -new -key ca.key -subj '/C=CH/O=Kanton Zürich/CN=Root' -utf8 -days 3650 -set_serial 0x8000 \
  -extensions ca -out ca.pem
for name in leaf tsa; do
  openssl req -new -key $name.key -utf8 -out $name.csr \
    -subj "/C=CH/O=Kanton Zürich/organizationIdentifier=VATCH-CHE-123.456.789/SN=Muster/GN=Anna/serialNumber=1/CN=Anna $name"
done
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x0102 -days 1000 -extfile openssl.cnf \
  -extensions leaf -out leaf.pem
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 0x0103 -days 1000 -extfile openssl.cnf \
  -extensions stamper -out tsa.pem

printf 'R\t360101000000Z\t260301120000Z,keyCompromise\t0102\tunknown\t/CN=a\nR\t360101000000Z\t260302120000Z,certificateHold\t0104\tunknown\t/CN=b\nR\t360101000000Z\t260303120000Z\t0105\tunknown\t/CN=c\n' > index.txt
touch index.txt.attr
echo 05 > crlnumber
openssl ca -gencrl -config openssl.cnf -name default -keyfile ca.key -cert ca.pem -crlexts crl -out crl.pem

printf 'V\t360101000000Z\t\t0102\tunknown\t/CN=a\nR\t360101000000Z\t260301120000Z,keyCompromise\t0103\tunknown\t/CN=b\n' > ocsp.txt
openssl ocsp -index ocsp.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -sha256 -cert leaf.pem \
  -sha1 -cert tsa.pem -ndays 3 -respout ocsp.der -noverify

printf content > content
openssl cms -sign -binary -in content -signer leaf.pem -inkey leaf.key -certfile ca.pem -md sha256 -cades \
  -outform DER -out cms.der
openssl ts -query -data content -sha256 -cert -out request.tsq
echo 07 > ts_serial
openssl ts -reply -config openssl.cnf -queryfile request.tsq -signer tsa.pem -inkey tsa.key -out response.tsr
openssl ts -reply -config openssl.cnf -in response.tsr -token_out -out token.der

cp ca.pem leaf.pem crl.pem "$out"
pem() { { echo "-----BEGIN $1-----"; base64 -w 64 "$2"; echo "-----END $1-----"; } > "$out/$3.pem"; }
pem 'OCSP RESPONSE' ocsp.der ocsp
pem CMS cms.der cms
pem CMS token.der timestamp
pem 'TIME STAMP RESPONSE' response.tsr timestamp_response

# The request that need.rs has to make too.
openssl ocsp -issuer ca.pem -cert leaf.pem -no_nonce -reqout ocsp_request.der
xxd -p ocsp_request.der | tr -d '\n' > "$here/ocsp_request.hex"
