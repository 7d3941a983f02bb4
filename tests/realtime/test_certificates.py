"""What a certificate says, and one sentence for each way in which it and its key cannot serve."""

from datetime import UTC, datetime, timedelta

import pytest
from certificates import NAME, make_certificate, run_openssl

from session_app.domain.errors import Invalid
from session_app.i18n import translate_error
from session_app.realtime.tls import open_certificate

pytestmark = pytest.mark.openssl


@pytest.fixture
def made(tmp_path):
    return make_certificate(
        tmp_path, f"DNS:{NAME}", "DNS:*.otra.example", "IP:10.0.0.5", "IP:fe80::1"
    )


def refusal(cert, key):
    with pytest.raises(Invalid) as refused:
        open_certificate(cert, key)
    for language in ("es", "en"):
        assert str(cert) in translate_error(refused.value, language) or str(key) in translate_error(
            refused.value, language
        )
    return refused.value.code


def test_its_names_are_what_the_desk_answers_to(made):
    certificate = open_certificate(*made)
    assert certificate.hosts(443) == (NAME, "10.0.0.5")
    assert certificate.hosts(8443) == (f"{NAME}:8443", "10.0.0.5:8443")


def test_it_is_good_between_its_days_only(made):
    certificate = open_certificate(*made)
    now = datetime.now(UTC)
    assert certificate.is_good(now + timedelta(days=1))
    assert not certificate.is_good(now + timedelta(days=4))
    assert not certificate.is_good(now - timedelta(days=1))


def test_one_that_a_private_authority_has_signed_serves_with_its_chain(tmp_path):
    authority, authority_key = make_certificate(tmp_path / "ca", "DNS:ca")
    cert, key, request = (tmp_path / name for name in ("leaf.pem", "leaf.key", "leaf.csr"))
    run_openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x",
                "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", request)  # fmt: skip
    run_openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key,
                "-copy_extensions", "copyall", "-days", "2", "-out", cert)  # fmt: skip
    assert open_certificate(cert, key).names == (NAME,)
    cert.write_bytes(cert.read_bytes() + authority.read_bytes())
    assert open_certificate(cert, key).names == (NAME,)
    cert.write_bytes(b"".join(reversed([cert.read_bytes(), authority.read_bytes()])))
    assert refusal(cert, key) == "tls.mismatch"


def test_each_way_of_not_fitting_is_one_sentence_that_names_the_file(made, tmp_path):
    cert, key = made
    _, other = make_certificate(tmp_path / "other", "DNS:x")
    locked, empty = tmp_path / "locked.pem", tmp_path / "empty.pem"
    run_openssl("pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", locked)
    empty.write_bytes(b"")
    assert refusal(cert, other) == "tls.mismatch"
    assert refusal(cert, locked) == "tls.locked_key"
    assert refusal(cert, empty) == refusal(cert, cert) == "tls.not_a_key"
    assert refusal(empty, key) == refusal(key, key) == "tls.not_a_certificate"
    assert refusal(tmp_path / "no.pem", key) == refusal(cert, tmp_path) == "tls.unreadable"
    client = make_certificate(
        tmp_path / "client", "DNS:x", extra=("-addext", "extendedKeyUsage=clientAuth")
    )
    assert refusal(*client) == "tls.unfit"
