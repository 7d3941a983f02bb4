"""Certificates for the tests, made on the spot by the openssl program."""

import subprocess

NAME = "sala.example.org"


def make_certificate(folder, *names, days=3, extra=()):
    """A certificate of its own for these names, and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / "cert.pem", folder / "key.pem"
    run_openssl(
        "req", "-x509", "-nodes", "-days", str(days), "-subj", f"/CN={NAME}",
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-addext", f"subjectAltName={','.join(names)}", *extra, "-keyout", key, "-out", cert,
    )  # fmt: skip
    return cert, key


def run_openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=20)
