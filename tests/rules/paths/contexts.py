"""What the contexts of these tests are made of."""

from __future__ import annotations

MB = 10**6
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nabc\n"
TEST = "FROM a\nCOPY . .\nRUN pytest\n"
