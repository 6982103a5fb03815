"""Writes rope-golden.json beside it: what mlx-lm makes of rope scalings. Usage: rope_reference.py"""
import json
from pathlib import Path

import numpy as np
from mlx_lm.models.rope_utils import apply_yarn_mscale, initialize_rope

cases=[
 dict(dimensions=16,base=10000,scaling=dict(rope_type='llama3',factor=8.0,low_freq_factor=1.0,high_freq_factor=4.0,original_max_position_embeddings=64)),
 dict(dimensions=64,base=500000,scaling=dict(rope_type='llama3',factor=32.0)),
 dict(dimensions=32,base=10000,scaling=dict(rope_type='yarn',factor=4.0,original_max_position_embeddings=64)),
 dict(dimensions=64,base=150000,scaling=dict(rope_type='yarn',factor=32.0,beta_fast=32.0,beta_slow=1.0,original_max_position_embeddings=4096,truncate=False)),
 dict(dimensions=64,base=10000,scaling=dict(type='deepseek_yarn',factor=40,mscale=0.707,mscale_all_dim=1.0,beta_fast=32,beta_slow=1,original_max_position_embeddings=4096)),
 dict(dimensions=8,base=10000,scaling=dict(type='telechat3-yarn',factor=2,mscale=1.0,mscale_all_dim=0,original_max_position_embeddings=32)),
 dict(dimensions=8,base=10000,scaling=dict(rope_type='yarn',factor=0.5)),
 dict(dimensions=8,base=10000,maxPositionEmbeddings=131072,scaling=dict(rope_type='longrope',original_max_position_embeddings=4096,short_factor=[1,1,1,1],long_factor=[1.1,1.5,20.25,48.7])),
 dict(dimensions=8,base=10000,maxPositionEmbeddings=4096,scaling=dict(type='longrope',original_max_position_embeddings=4096,short_factor=1.0,long_factor=3.5)),
 dict(dimensions=16,base=1000000,scaling=dict(rope_type='proportional',partial_rotary_factor=0.25)),
 dict(dimensions=16,base=1000000,scaling=dict(rope_type='proportional',partial_rotary_factor=0.7,factor=4.0)),
]
for c in cases:
    r=initialize_rope(c['dimensions'],c['base'],False,c['scaling'],c.get('maxPositionEmbeddings',2048))
    f=np.array(r._freqs,dtype=np.float32)
    with np.errstate(divide='ignore'): inv=(np.float32(1)/f)
    c['inverseFrequencies']=[float(v) for v in inv]
    c['amplitude']=float(getattr(r,'mscale',getattr(r,'_scale',1.0)))
    c['attentionScale']=apply_yarn_mscale(0.125,c['scaling'])
Path(__file__).with_name('rope-golden.json').write_text(json.dumps(cases, indent=1) + '\n')
