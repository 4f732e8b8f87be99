"""Steps at single samples of a PyTorch network, for `measure srel before=… after=… labels=…`, and its weights.

    python predictions_from_pytorch.py FOLDER
    srel-repl -e 'measure srel before="FOLDER/z0.npy" after="FOLDER/z1.npy" labels="FOLDER/y.npy" distance=[logits, kl]'

Put your own network, samples and step in place of the small ones here. Needs torch, numpy and safetensors.
"""
import copy, sys
import numpy as np, torch
from safetensors.torch import save_file

folder = sys.argv[1]
torch.manual_seed(0)
x = torch.randn(30, 10) + 2 * torch.eye(3, 10)[torch.arange(30) % 3]      # the samples: each is source and probe
y = torch.arange(30) % 3
net = torch.nn.Sequential(torch.nn.Linear(10, 50), torch.nn.ReLU(), torch.nn.Linear(50, 3)).double()
x = x.double()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for _ in range(100):                                                      # the training
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()

before = net(x).detach().numpy()
after = []
for i in range(len(x)):
    trial = copy.deepcopy(net)                                            # the step: SGD at sample i alone
    trial.zero_grad()
    torch.nn.functional.cross_entropy(trial(x[i:i + 1]), y[i:i + 1]).backward()
    torch.optim.SGD(trial.parameters(), lr=1e-2).step()
    after.append(trial(x).detach().numpy())
np.save(folder + "/z0.npy", before)
np.save(folder + "/z1.npy", np.stack(after))
np.save(folder + "/y.npy", y.numpy())
np.savez(folder + "/points.npz", x=x.float().numpy(), y=y.numpy())
save_file({k: v.float().contiguous() for k, v in net.state_dict().items()}, folder + "/step_100.safetensors")
