"""Writes the logits of torchvision's ResNets, for Tests/TrainingTests/Golden or, at full size, for a check by hand.

make-resnet-golden.py IMAGES.npy FOLDER            the small ones that are committed
make-resnet-golden.py --epochs FOLDER              losses of seven epochs from the weights in FOLDER/resnet18-batch
make-resnet-golden.py IMAGES.npy FOLDER --full     torchvision's own resnet50 (SREL_RESNET=FOLDER/resnet50 swift test ...)

IMAGES.npy holds bytes [n, h, w, 3]. Each folder gets weights.safetensors (torchvision's names), points.npy [n, h, w, 3],
logits.npy (of float64) and about.json; the batch-normalised ones also what three steps of SGD leave. Needs torch, torchvision,
safetensors. Neither the program nor its tests use Python.
"""
import gzip, json, os, sys
import numpy as np, torch, torch.nn as nn
from safetensors.torch import save_file
from torchvision.models import resnet50
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

torch.manual_seed(0)
torch.set_num_threads(1)
root = sys.argv[2]
if sys.argv[1] != "--epochs":
    pixels = np.load(sys.argv[1]).astype(np.float32) / 255
    pixels = ((pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).astype(np.float32)


class Narrow(ResNet):
    """torchvision's network with another number of channels, and with CIFAR's stem."""

    def __init__(self, block, blocks, width, outputs, norm, cifar):
        nn.Module.__init__(self)
        self._norm_layer = norm
        self.inplanes, self.dilation, self.groups, self.base_width = width, 1, 1, 64
        self.conv1 = (nn.Conv2d(3, width, 3, 1, 1, bias=False) if cifar
                      else nn.Conv2d(3, width, 7, 2, 3, bias=False))
        self.bn1, self.relu = norm(width), nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        for k in range(4):
            layer = self._make_layer(block, width << k, blocks[k], stride=1 if k == 0 else 2)
            setattr(self, f"layer{k + 1}", layer)
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear((width << 3) * block.expansion, outputs)


def write(name, net, depth, width, stem, norm, images, outputs, trains):
    folder = os.path.join(root, name)
    os.makedirs(folder, exist_ok=True)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    labels = torch.arange(len(x)) % 3
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.GroupNorm)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    if norm == "batch":
        # Statistics that are neither 0 and 1 nor those of the batch.
        net.train()
        with torch.no_grad():
            for scale in [1.0, 0.7]:
                net(x * scale)
    net.eval()
    start = {k: v.clone().contiguous() for k, v in net.state_dict().items()}
    save_file(start, os.path.join(folder, "weights.safetensors"))
    with torch.no_grad():
        single = net(x).double().numpy()
        logits = net.double()(x.double()).numpy()
        net.float().load_state_dict(start)
    print(name, "logits up to", abs(logits).max(), "PyTorch's own float32 differs by", abs(single - logits).max())
    np.save(os.path.join(folder, "points.npy"), images)
    np.save(os.path.join(folder, "logits.npy"), logits)
    about = {"depth": depth, "width": width, "stem": stem, "norm": norm, "outputs": outputs}
    if trains:
        net = net.double()
        net.load_state_dict({k: v.double() if v.is_floating_point() else v for k, v in start.items()})
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-3)
        net.train()
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x.double()), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        net.eval()
        with torch.no_grad():
            np.save(os.path.join(folder, "trained_logits.npy"), net(x.double()).numpy())
        about["losses"] = losses
    with open(os.path.join(folder, "about.json"), "w") as file:
        json.dump(about, file)


def block(key, low, high):
    """Philox 4x32-10, as Sources/Random/Philox.swift."""
    mask = 0xFFFFFFFF
    c = [low & mask, low >> 32, high & mask, high >> 32]
    k0, k1 = key & mask, key >> 32
    for _ in range(10):
        p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & mask, (p0 >> 32) ^ c[3] ^ k1, p0 & mask]
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c[1] << 32 | c[0], c[3] << 32 | c[2]


def order(seed, epoch, count):
    """The permutation of stream `order`, as Sources/Random/RandomStream.swift draws it."""
    names = 0xCBF29CE484222325
    for byte in b"order\0":
        names = (names ^ byte) * 0x100000001B3 % 2**64
    key = block(0, seed, names)[1]
    words = (word for n in range(count) for word in block(key, n, epoch))
    rows = list(range(count))
    for place in range(count):
        bound = count - place
        product = bound * next(words)
        while product % 2**64 < -(2**64) % bound:
            product = bound * next(words)
        other = place + (product >> 64)
        rows[place], rows[other] = rows[other], rows[place]
    return rows


def epochs(folder, per_class, batch, count):
    """Seven epochs on the images that ship, in float64 and, as a yardstick, in float32."""
    def idx(name, header):
        path = os.path.join(os.path.dirname(__file__), "../Assets/fashion-mnist-subset", name)
        return np.frombuffer(gzip.open(path).read(), np.uint8)[header:]
    labels = idx("train-labels-idx1-ubyte.gz", 8)
    images = idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    rows = np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in (5, 7, 9)])
    x = np.zeros((len(rows), 3, 32, 32))
    x[:, :, 2:30, 2:30] = (images[rows] / 255.0)[:, None]
    x = ((x - 0.2860) / 0.3530).astype(np.float32)
    y = torch.arange(3).repeat_interleave(per_class)
    from safetensors.torch import load_file
    curves = []
    for kind in (torch.float64, torch.float32):
        net = Narrow(BasicBlock, [2, 2, 2, 2], 4, 3, nn.BatchNorm2d, True)
        net.load_state_dict(load_file(os.path.join(folder, "weights.safetensors")))
        net, inputs = net.to(kind).train(), torch.from_numpy(x).to(kind)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-4)
        losses = []
        for epoch in range(count):
            drawn = order(1, epoch, len(rows))
            for start in range(0, len(rows), batch):
                chosen = drawn[start:start + batch]
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(net(inputs[chosen]), y[chosen])
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        net.eval()
        with torch.no_grad():
            losses.append(nn.functional.cross_entropy(net(inputs), y).item())
        curves.append(losses)
    own = max(abs(a - b) / a for a, b in zip(*curves))
    print("losses", curves[0][0], "to", curves[0][-2], "; PyTorch's own float32 differs by", own, "of them")
    with open(os.path.join(folder, "epochs.json"), "w") as file:
        json.dump({"perClass": per_class, "batch": batch, "epochs": count, "losses": curves[0][:-1],
                   "float32": curves[1][:-1], "evaluation": curves[0][-1]}, file)


if sys.argv[1] == "--epochs":
    epochs(os.path.join(root, "resnet18-batch"), 60, 20, 7)
elif "--full" in sys.argv:
    write("resnet50", resnet50(num_classes=1000), 50, 64, "imagenet", "batch", pixels, 1000, False)
else:
    write("resnet50-batch", Narrow(Bottleneck, [3, 4, 6, 3], 2, 3, nn.BatchNorm2d, False), 50, 2, "imagenet",
          "batch", pixels[:6], 3, False)
    write("resnet18-group", Narrow(BasicBlock, [2, 2, 2, 2], 4, 3, lambda c: nn.GroupNorm(min(32, c), c), True),
          18, 4, "cifar", "group", pixels[:4], 3, False)
    write("resnet18-batch", Narrow(BasicBlock, [2, 2, 2, 2], 4, 3, nn.BatchNorm2d, True), 18, 4, "cifar",
          "batch", pixels[:6], 3, True)
