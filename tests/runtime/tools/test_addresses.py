"""Which addresses are special."""

from __future__ import annotations

import pytest

from planc_runtime.tools.addresses import is_special, parse_address

SPECIAL = """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
255.255.255.255
240.0.0.1 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 2001:db8::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1::
2001:0:4136:e378:8000:63bf:80ff:fffe"""


@pytest.mark.parametrize("text", SPECIAL.split())
def test_inner_addresses_are_special_in_every_spelling(text: str) -> None:
    assert is_special(parse_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_not(text: str) -> None:
    assert not is_special(parse_address(text))
