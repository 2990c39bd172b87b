"""Known answers for expand(), Shamir's shares and the check words, by their docstrings alone: hashlib, the openssl command, Python integers."""
import hashlib, struct, subprocess
def H(tag,*parts):
    h=hashlib.sha256()
    for p in (tag.encode(),)+parts: h.update(struct.pack('<Q',len(p))); h.update(p)
    return h.digest()
def ctr(key,n): return subprocess.run(['openssl','enc','-aes-256-ctr','-K',key.hex(),'-iv','00'*16],input=bytes(n),capture_output=True,check=True).stdout
q=[35184371703809,35184371884033]
def expand(plan,j):
    s=ctr(H('consilium/a/1',plan,struct.pack('<I',j)),8*9000); out=[]; k=0
    while len(out)<8192:
        v=struct.unpack_from('<Q',s,8*k)[0]%2**45; k+=1
        if v<q[len(out)>=4096]: out.append(v)
    return out
for j in (0,3):
    r=expand(bytes([7])*32,j); print('expand',j,r[:2],r[4096],r[8191],hashlib.sha256(b''.join(struct.pack('<Q',v) for v in r)).hexdigest())
p=2**31-1
# shamir: secrets, words for degree 1 then degree 2
sec=[0,1,-1,42,-42,1000000]; r=[(1234567*(i+1)**3)%p for i in range(12)]
sh=[[(sec[i]+r[i]*x+r[6+i]*x*x)%p for i in range(6)] for x in range(1,6)]
print('words',r); print('shares',sh)
# check words
body=bytes([1])*32+bytes([2])*32+struct.pack('<I',5)+b'alpha'+struct.pack('<I',1)+bytes([3])*32+struct.pack('<I',2)+bytes([4])*32+bytes([5])*32
share=[(i*i*524287+11)%p for i in range(4096)]; masks=[5,6,7,p-1]
ws=[]
for rr in range(1,5):
    s=ctr(H('rho',body,struct.pack('<I',rr)),4*4400); k=0; rho=[]
    while len(rho)<4096:
        v=struct.unpack_from('<I',s,4*k)[0]%2**31; k+=1
        if v!=p: rho.append(v)
    ws.append((sum(a*b for a,b in zip(rho,share))+masks[rr-1])%p)
print('check',ws)
