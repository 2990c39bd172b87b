"""Seals a share by the docstring of privacy/sealing.ts alone, with Python's `cryptography` (48.0): prints sealed-share.json.
The receiver's private keys are fixed; the ephemeral key and the encapsulation are fresh each run."""
import base64, hashlib, json, struct
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

def tagged(tag, *parts):
    h = hashlib.sha256()
    for p in (tag.encode(),) + parts:
        h.update(struct.pack('<Q', len(p)) + p)
    return h.digest()

def text(s):
    return struct.pack('<I', len(s)) + s.encode()

x_private, seed = bytes([1] * 32), bytes(range(64))
x, kem = X25519PrivateKey.from_private_bytes(x_private), MLKEM768PrivateKey.from_seed_bytes(seed)
x_public, kem_public = x.public_key().public_bytes_raw(), kem.public_key().public_bytes_raw()
plan, roster, epoch, sender, receiver, index = bytes([7] * 32), bytes([8] * 32), 5, 'alpha', 'beta', 2

ephemeral = X25519PrivateKey.generate()
secret, encapsulated = kem.public_key().encapsulate()
agreed = ephemeral.exchange(x.public_key())
bound = (struct.pack('<H', 1) + plan + roster + struct.pack('<I', epoch) + text(sender) + text(receiver) + struct.pack('<B', index)
         + x_public + kem_public + ephemeral.public_key().public_bytes_raw() + encapsulated)
key = HKDF(SHA256(), 32, None, tagged('consilium/seal/1', bound)).derive(agreed + secret)
payload = b'one share, sealed elsewhere'
sealed = ephemeral.public_key().public_bytes_raw() + encapsulated + AESGCM(key).encrypt(bytes(12), payload, bound)
b64 = lambda b: base64.b64encode(b).decode()
print(json.dumps({'private': b64(b'\x01' + x_private + seed), 'x25519': b64(x_public), 'mlkem': b64(kem_public), 'payload': b64(payload), 'sealed': b64(sealed)}, indent=2))
