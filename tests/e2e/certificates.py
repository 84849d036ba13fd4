# SPDX-License-Identifier: MIT
"""Certificates for tests, made with openssl(1) in a folder of the test's own."""
import os
import ssl
import subprocess

SUBJECT = "/O=Example/CN=%s"


class Authority:
    """Signs certificates; its own is `pem`."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.key, self.pem = self.path(name + ".key"), self.path(name + ".pem")
        self._openssl("req", "-x509", *self._new_key(self.key), "-out", self.pem,
                      "-days", "2", "-subj", SUBJECT % name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _openssl(self, *args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    def _new_key(self, path, kind="P-256"):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + kind, "-nodes",
                "-keyout", path)

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1", days=2, file=None):
        """The files of a certificate and of its key."""
        file = file or name
        key, pem, request, extra = (self.path(file + ending)
                                    for ending in (".key", ".pem", ".csr", ".ext"))
        with open(extra, "w", encoding="ascii") as out:
            out.write("subjectAltName=%s\n" % alternatives)
        self._openssl("req", "-new", *self._new_key(key), "-out", request,
                      "-subj", SUBJECT % name)
        self._openssl("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey", self.key,
                      "-CAcreateserial", "-out", pem, "-days", str(days),
                      "-extfile", extra)
        return pem, key

    def trust(self, identity=None, newest=None):
        """A client that trusts this authority, and shows an identity if it has one."""
        context = ssl.create_default_context(cafile=self.pem)
        if identity:
            context.load_cert_chain(*identity)
        if newest:
            context.maximum_version = newest
        return context
