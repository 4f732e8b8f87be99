"""Steps at single samples of a PyTorch network, and its weights along the training, for srel-repl.

    python predictions_from_pytorch.py FOLDER
    srel> measure srel before="FOLDER/z0.npy" after="FOLDER/z1.npy" labels="FOLDER/y.npy" distance=[logits, kl]
    srel> d = load npz "FOLDER/points.npz"
    srel> c = load checkpoints "FOLDER/step_*.safetensors" model=(model(mlp, widths=[50])) on=d batch=30
    srel> measure srel c points=d update=sgd(lr=0.01) distance=[logits, kl]

Put your own network, samples and step in place of the small ones here. Needs torch, numpy and safetensors.
"""
import copy, sys
import numpy as np, torch
from safetensors.torch import save_file

folder = sys.argv[1]
torch.manual_seed(0)
x = (torch.randn(30, 10) + 2 * torch.eye(3, 10)[torch.arange(30) % 3]).double()   # each is source and probe
y = torch.arange(30) % 3
net = torch.nn.Sequential(torch.nn.Linear(10, 50), torch.nn.ReLU(), torch.nn.Linear(50, 3)).double()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(101):                                                   # the training
    if step in (0, 3, 10, 30, 100):
        weights = {name: value.float().contiguous() for name, value in net.state_dict().items()}
        save_file(weights, f"{folder}/step_{step}.safetensors")
    if step < 100:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
after = []
for i in range(len(x)):
    trial = copy.deepcopy(net)                                            # the step: SGD at sample i alone
    trial.zero_grad()
    torch.nn.functional.cross_entropy(trial(x[i:i + 1]), y[i:i + 1]).backward()
    torch.optim.SGD(trial.parameters(), lr=1e-2).step()
    after.append(trial(x).detach().numpy())
np.save(folder + "/z0.npy", net(x).detach().numpy())
np.save(folder + "/z1.npy", np.stack(after))
np.save(folder + "/y.npy", y.numpy())
np.savez(folder + "/points.npz", x=x.float().numpy(), y=y.numpy())
