#!/bin/sh
# Makes the self-signed certificates of these tests anew: `sh make.sh`, in this folder, with OpenSSL 3.
# They protect nothing but connections that a test makes to itself.
set -eu
make() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -keyout "$1.key.pem" -out "$1.cert.pem" -subj "/CN=$1" -addext "subjectAltName=$2" \
    -addext 'basicConstraints=critical,CA:TRUE'
}
make localhost 'DNS:localhost,IP:127.0.0.1'
make renewed 'DNS:localhost,IP:127.0.0.1'
make tenant 'DNS:tenant.example'
openssl pkey -in localhost.key.pem -aes256 -passout pass:clay -out encrypted.key.pem
