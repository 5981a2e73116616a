"""The networks of the benchmark, as their papers (or torchvision) have them,
BatchNormalization folded into the convolutions."""

from network import Network

CLASSES = 1000


def _classifier(net, x):
    x = net.flatten(net.global_average_pool(x))
    net.fully_connected(x, CLASSES)
    return net


def mobilenet_v1(size=224):
    net = Network('mobilenet_v1', size)
    x = net.conv(net.INPUT, 32, 3, 2, activation='relu6')
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    blocks += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    for channels, stride in blocks:
        x = net.depthwise(x, stride, 'relu6')
        x = net.conv(x, channels, 1, activation='relu6')
    return _classifier(net, x)


def _inverted_residual(net, x, expansion, channels, stride):
    inner = x
    if expansion != 1:
        inner = net.conv(x, expansion * net.channels(x), 1, activation='relu6')
    inner = net.depthwise(inner, stride, 'relu6')
    y = net.conv(inner, channels, 1)
    if stride == 1 and net.channels(x) == channels:
        y = net.add(x, y)
    return y


def mobilenet_v2(size=224):
    net = Network('mobilenet_v2', size)
    x = net.conv(net.INPUT, 32, 3, 2, activation='relu6')
    # expansion, channels, repeats, stride of the first
    for expansion, channels, repeats, stride in [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
            (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(repeats):
            x = _inverted_residual(net, x, expansion, channels,
                                   stride if i == 0 else 1)
    x = net.conv(x, 1280, 1, activation='relu6')
    return _classifier(net, x)


def _fire(net, x, squeeze, expand):
    x = net.conv(x, squeeze, 1, activation='relu')
    return net.concat([net.conv(x, expand, 1, activation='relu'),
                       net.conv(x, expand, 3, activation='relu')])


def squeezenet1_1(size=224):
    net = Network('squeezenet1_1', size)
    x = net.conv(net.INPUT, 64, 3, 2, pad=0, activation='relu')
    for fires in [[(16, 64)] * 2, [(32, 128)] * 2,
                  [(48, 192)] * 2 + [(64, 256)] * 2]:
        x = net.max_pool(x, 3, 2)
        for squeeze, expand in fires:
            x = _fire(net, x, squeeze, expand)
    x = net.conv(x, CLASSES, 1, activation='relu')
    net.flatten(net.global_average_pool(x))
    return net


def _basic_block(net, x, channels, stride):
    y = net.conv(x, channels, 3, stride, activation='relu')
    return net.conv(y, channels, 3)


def _bottleneck(net, x, channels, stride):
    """The stride is in the 3x3 convolution ("v1.5")."""
    y = net.conv(x, channels // 4, 1, activation='relu')
    y = net.conv(y, channels // 4, 3, stride, activation='relu')
    return net.conv(y, channels, 1)


def _resnet(name, size, block, repeats, channels):
    net = Network(name, size)
    x = net.max_pool(net.conv(net.INPUT, 64, 7, 2, activation='relu'), 3, 2, 1)
    for stage, count in enumerate(repeats):
        for i in range(count):
            stride = 2 if stage > 0 and i == 0 else 1
            y = block(net, x, channels << stage, stride)
            if net.shapes[x] != net.shapes[y]:
                x = net.conv(x, channels << stage, 1, stride)
            x = net.add(x, y, activation='relu')
    return _classifier(net, x)


def resnet18(size=224):
    return _resnet('resnet18', size, _basic_block, [2, 2, 2, 2], 64)


def resnet50(size=224):
    return _resnet('resnet50', size, _bottleneck, [3, 4, 6, 3], 256)


def vgg16(size=224):
    net = Network('vgg16', size)
    x = net.INPUT
    for channels, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(count):
            x = net.conv(x, channels, 3, activation='relu')
        x = net.max_pool(x, 2, 2)
    x = net.flatten(x)
    for _ in range(2):
        x = net.fully_connected(x, 4096, activation='relu')
    net.fully_connected(x, CLASSES)
    return net


NETWORKS = {make.__name__: make for make in (
    mobilenet_v1, mobilenet_v2, squeezenet1_1, resnet18, resnet50, vgg16)}
