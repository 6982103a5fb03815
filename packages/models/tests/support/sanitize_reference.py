"""Writes sanitize-golden.json beside it: what MLX and mlx-lm make of bytes. Usage: sanitize_reference.py"""
import base64
import json
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_lm.utils import _transform_awq_weights

mx.random.seed(3)
out={}
b=lambda a: base64.b64encode(np.array(a if a.dtype!=mx.bfloat16 else a.view(mx.uint16)).tobytes()).decode()
cases=[]
for dt,name in [(mx.float32,'F32'),(mx.float16,'F16'),(mx.bfloat16,'BF16')]:
  for bits,gs in [(2,32),(3,64),(4,32),(5,32),(6,64),(8,128)]:
    w=(mx.random.normal((4,128))*0.3).astype(dt)
    w[1,:64]=0; w[2]=mx.abs(w[2])
    W,S,B=mx.quantize(w,gs,bits)
    D=mx.dequantize(W,S,B,gs,bits)
    cases.append(dict(dtype=name,bits=bits,groupSize=gs,input=b(w),weight=b(W),scales=b(S),biases=b(B),values=b(D)))
out['affine']=cases
# fp8
def dequant(weight, scale_inv):
    dtype = mx.bfloat16
    weight = mx.from_fp8(weight, dtype=mx.bfloat16)
    bs = 128
    m, n = weight.shape
    pad_bottom = (-m) % bs
    pad_side = (-n) % bs
    weight = mx.pad(weight, ((0, pad_bottom), (0, pad_side)))
    weight = weight.reshape(((m + pad_bottom) // bs, bs, (n + pad_side) // bs, bs))
    weight = (weight * scale_inv[:, None, :, None]).reshape(m + pad_bottom, n + pad_side)
    return weight[:m, :n].astype(dtype)
codes=np.array([i for i in range(256) if i&127!=127]*3000,dtype=np.uint8)[:130*131].reshape(130,131)
s=mx.random.uniform(0.01,2,(2,2))
out['float8']=dict(shape=[130,131],scale=b(s),codes=b(mx.array(codes)),values=b(dequant(mx.array(codes),s)))
x=(mx.random.normal((5,7))).astype(mx.bfloat16)
nrm=mx.linalg.norm(x.astype(mx.float32),axis=0,keepdims=True)+1e-7
out['columns']=dict(input=b(x),values=b((x/nrm).astype(mx.bfloat16)))
q=mx.array(np.random.RandomState(0).randint(-2**31,2**31-1,(64,4),dtype=np.int64).astype(np.int32))
z=mx.array(np.random.RandomState(1).randint(-2**31,2**31-1,(2,4),dtype=np.int64).astype(np.int32))
sc=mx.random.uniform(0.01,1,(2,32)).astype(mx.float16)
r,_=_transform_awq_weights({'a.qweight':q,'a.qzeros':z,'a.scales':sc},{'bits':4,'group_size':32})
r2,_=_transform_awq_weights({'a.qweight':q,'a.scales':sc},{'bits':4,'group_size':32})
out['awq']=dict(qweight=b(q),qzeros=b(z),scales=b(sc),weight=b(r['a.weight']),outScales=b(r['a.scales']),biases=b(r['a.biases']),symmetricBiases=b(r2['a.biases']))
# scalars in dtype
x=(mx.random.normal((64,))).astype(mx.bfloat16)
out['scalar']=dict(input=b(x),scaled=b(x*0.0883883+1.0))
# rounding of casts, all kinds
f=np.concatenate([np.random.RandomState(2).randint(0,2**32,400,dtype=np.uint64).astype(np.uint32),np.array([0,0x80000000,0x7f800000,0xff800000,0x3f808000,0x3f818000,0x477fefff,0x477ff000,0x33000000,0x33000001,0x387fffff,0x7f7fffff],dtype=np.uint32)]).view(np.float32)
f=f[~np.isnan(f)]
out['cast']=dict(input=b(mx.array(f)),BF16=b(mx.array(f).astype(mx.bfloat16)),F16=b(mx.array(f).astype(mx.float16)))
Path(__file__).with_name('sanitize-golden.json').write_text(json.dumps(out, separators=(',', ':')))
