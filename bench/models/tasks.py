"""INT8 against FP32 in what a network is for. Each function takes the two
models and the paths of pictures, and gives a figure; more is better."""

import os

import measures
import npy


def psnr(reference, model, pictures, work):
    """The mean over the pictures, in dB, of output 0 (0 ... 1)."""

    def output(which, picture):
        paths = [os.path.join(work, f'psnr{i}.npy')
                 for i in range(len(which.outputs))]
        which.run([picture], paths)
        return npy.read(paths[0])[1]

    values = [measures.psnr_db(output(model, picture),
                               output(reference, picture))
              for picture in pictures]
    return sum(values) / len(values)
