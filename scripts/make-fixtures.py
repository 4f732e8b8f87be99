"""Writes Tests/DatasetsTests/Fixtures: small files in the formats of the publishers, as other programs write them.

Run by hand where the fixtures have to change: make-fixtures.py PICTURE FOLDER. PICTURE is a colour picture of at
least 512 x 512; the committed fixtures are made from NASA's portrait of Eileen Collins (public domain; astronaut.png
of scikit-image). Needs numpy, scipy and Pillow. Neither the program nor its tests use Python.
"""
import gzip, io, os, pickle, struct, sys, tarfile
import numpy as np
from PIL import Image
from scipy.io import savemat

picture = Image.open(sys.argv[1]).convert("RGB")
root = sys.argv[2]


def tile(k):
    x, y = 64 * (k % 7), 64 * (k // 7)
    return np.asarray(picture.crop((x, y, x + 64, y + 64)).resize((32, 32), Image.BILINEAR))


def write(name, data):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


class Python2Pickler(pickle._Pickler):
    """Protocol 2 as Python 2 wrote it: str as STRING opcodes, arrays with their bytes as str."""

    def save_str(self, text):
        self.save_bytes(text.encode("latin1"))

    def save_bytes(self, data):
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(data)

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[str] = save_str
    dispatch[bytes] = save_bytes


def python2(value):
    buffer = io.BytesIO()
    Python2Pickler(buffer, 2).dump(value)
    data = buffer.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    assert pickle.loads(data, encoding="bytes").keys()
    return data


def targz(folder, files, form):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        entry = tarfile.TarInfo(folder)
        entry.type = tarfile.DIRTYPE
        tar.addfile(entry)
        for name, data in files.items():
            entry = tarfile.TarInfo(folder + "/" + name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


# CIFAR-10: five batches of two images and one test image.
images = np.stack([tile(k) for k in range(11)])
labels = [3, 0, 9, 0, 1, 3, 8, 0, 8, 1, 6]
planes = images.transpose(0, 3, 1, 2).reshape(11, 3072)
records, pickles = {}, {}
for batch in range(6):
    rows = range(10, 11) if batch == 5 else range(2 * batch, 2 * batch + 2)
    name = "test_batch" if batch == 5 else f"data_batch_{batch + 1}"
    records[name + ".bin"] = b"".join(bytes([labels[r]]) + planes[r].tobytes() for r in rows)
    pickles[name] = python2({
        "batch_label": f"training batch {batch + 1} of 5", "labels": [labels[r] for r in rows],
        "data": np.ascontiguousarray(planes[list(rows)]), "filenames": [f"tile_{r}.png" for r in rows]})
names = "airplane automobile bird cat deer dog frog horse ship truck".split()
records["batches.meta.txt"] = "\n".join(names).encode() + b"\n"
pickles["batches.meta"] = python2({"num_cases_per_batch": 2, "label_names": names, "num_vis": 3072})
for name, data in records.items():
    write("cifar10/cifar-10-batches-bin/" + name, data)
write("cifar10-archives/cifar-10-python.tar.gz", targz("cifar-10-batches-py", pickles, tarfile.GNU_FORMAT))
write("cifar10-archives/cifar-10-binary.tar.gz", targz("cifar-10-batches-bin", records, tarfile.PAX_FORMAT))
write("cifar10-pickles/data_batch_1", pickles["data_batch_1"])
write("cifar10/images.npy", npy(images))

# CIFAR-100: four training images and one test image.
fine, coarse = [48, 53, 94, 53, 0], [18, 4, 6, 4, 4]
for name, rows in {"train": range(4), "test": range(4, 5)}.items():
    write(f"cifar100/cifar-100-binary/{name}.bin",
          b"".join(bytes([coarse[r], fine[r]]) + planes[r].tobytes() for r in rows))
    # As Python 3 writes them today, protocol 4.
    write(f"cifar100-pickles/cifar-100-python/{name}", pickle.dumps({
        b"filenames": [f"tile_{r}.png".encode() for r in rows], b"batch_label": b"training batch 1 of 1",
        b"fine_labels": [fine[r] for r in rows], b"coarse_labels": [coarse[r] for r in rows],
        b"data": np.ascontiguousarray(planes[list(rows)])}, protocol=4))

# SVHN: compressed as published, and not.
digits = [1, 10, 4, 2]
for name, rows, compressed in [("train", [0, 1, 2, 3], True), ("test", [4], False)]:
    buffer = io.BytesIO()
    savemat(buffer, {"X": images[rows].transpose(1, 2, 3, 0),
                     "y": np.array([[digits[r % 4]] for r in rows], dtype=np.uint8)},
            do_compression=compressed)
    write(f"svhn/{name}_32x32.mat", b"MATLAB 5.0 MAT-file, written by SciPy".ljust(116) + buffer.getvalue()[116:])
buffer = io.BytesIO()
savemat(buffer, {"text": "digits", "doubles": np.array([[1.5, -2, 300]]), "words": np.array([[1, 70000]], np.int32),
                 "shorts": np.array([[-5], [6]], np.int16), "singles": np.array([[0.25]], np.float32),
                 "complex": np.array([[1j]])}, do_compression=True)
write("mat/kinds.mat", b"MATLAB 5.0 MAT-file, written by SciPy".ljust(116) + buffer.getvalue()[116:])

# NPZ: pictures, vectors of a regression, planes first.
buffer = io.BytesIO()
np.savez_compressed(buffer, x=images[:4, ::2, ::2], y=np.array([7, 2, 7, 5]))
write("npz/pictures.npz", buffer.getvalue())
buffer = io.BytesIO()
np.savez(buffer, x=np.arange(12, dtype=np.float32).reshape(4, 3) / 8, y=np.array([.5, -1, 2, 0], np.float64))
write("npz/vectors.npz", buffer.getvalue())
buffer = io.BytesIO()
np.savez(buffer, x_train=images[:2, ::4, ::4].transpose(0, 3, 1, 2).astype(np.float32) / 255,
         y_train=np.array([1, 0], np.int32))
write("npz/planes.npz", buffer.getvalue())
buffer = io.BytesIO()
np.savez_compressed(
    buffer, name=np.array(["a", "é 😀", ""]), same=np.array([True, False, True]),
    step=np.arange(3), value=np.array([0.5, np.nan, -1e300]), half=np.array([1, 2, 3], "<f4"))
write("npz/columns.npz", buffer.getvalue())

# PNG: RGB, grey, palette, and an opaque alpha channel.
def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


write("png/collar/a.png", png(Image.fromarray(images[0])))
write("png/collar/b.png", png(Image.fromarray(images[1]).convert("L")))
write("png/flag/a.png", png(Image.fromarray(images[2]).convert("P", palette=Image.ADAPTIVE, colors=16)))
write("png/flag/b.png", png(Image.fromarray(images[3]).convert("RGBA")))
decoded = [Image.open(os.path.join(root, "png", n)).convert("RGB") for n in
           ["collar/a.png", "collar/b.png", "flag/a.png", "flag/b.png"]]
write("png-pixels.npy", npy(np.stack([np.asarray(d) for d in decoded])))
write("png-refused/transparent.png", png(Image.fromarray(images[3]).convert("RGBA").putalpha(9) or
      Image.fromarray(np.dstack([images[3], np.full((32, 32), 9, np.uint8)]))))
write("png-refused/sixteen.png", png(Image.fromarray(np.full((4, 4), 40000, np.uint16))))

# Pickles of every protocol, and one that would run something.
value = {"none": None, "flags": [True, False], "whole": [0, 255, 256, -1, 70000, -(2**40)], "number": -0.125,
         "text": "Grüße", "bytes": b"\x00\xff", "tuple": (1, "two", [3.0]), "shared": None,
         "f8": np.arange(6, dtype=np.float64).reshape(2, 3), "f4": np.asfortranarray(
             np.arange(6, dtype=np.float32).reshape(2, 3)), "u1": np.arange(3, dtype=np.uint8),
         "i8": np.array(-7), "scalar": np.float64(2.5), "b1": np.array([True, False])}
shared = [1, 2]
value["shared"] = [shared, shared]
for protocol in range(6):
    write(f"pickle/protocol{protocol}.pkl", pickle.dumps(value, protocol))


class Payload:
    def __reduce__(self):
        return os.system, ("touch srel-pickle-was-executed",)


for protocol in [0, 2, 4]:
    data = pickle.dumps({"labels": [1], "data": Payload()}, protocol)
    write(f"pickle/payload{protocol}.pkl", data)
