"""What is said of one network: whether it converts, runs and agrees."""

import array
import json
import os
import sys

import catalog
import measures
import npy
import pages
import tasks
import tools

FP32_LIMIT = 1e-3  # largest relative error


class Bench:
    """Runs networks of `data` with the commands in `bin_folder`."""

    def __init__(self, data, bin_folder, work, threads, seconds, extra):
        self.data, self.bin, self.work = data, bin_folder, work
        self.threads, self.seconds, self.extra = threads, seconds, extra

    def row(self, network):
        """A dictionary for the table and the JSON."""
        row = {'model': network.name, 'ok': False,
               'format': 'TFLite' if network.is_tflite else 'ONNX'}
        try:
            if network.refused:
                self._refuse(network, row)
            elif network.is_quantized:
                self._quantized(network, row)
            else:
                self._calibrated(network, row)
        except tools.Failed as error:
            row['ok'] = False
            row['why'] = str(error)
        return row

    # The three kinds of networks.

    def _refuse(self, network, row):
        try:
            self._convert(network, ['--precision', 'float32'], 'refused')
        except tools.Failed as error:
            missing = [name for name in network.refused
                       if name not in str(error)]
            row['ok'] = not missing
            row['refused'] = str(error)
            if missing:
                row['why'] = f'the refusal does not name {missing}'
            return
        row['why'] = 'converts, but was to be refused'

    def _quantized(self, network, row):
        path = self._convert(network, [], 'int8')
        model = tools.Model(self.bin, path)
        self._describe(model, 0, row)
        row['ok'] = True
        if network.golden:
            same, samples = self._same_answers(network, model)
            row['golden_agreement'] = 100.0 * same / samples
            if same < catalog.SAME_ANSWERS * samples:
                self._blame(row, f"{samples - same} of {samples} answers "
                                 'differ from the golden ones')

    def _calibrated(self, network, row):
        reference = self._single(network)
        row['fp32_ms'] = reference.milliseconds(self.seconds, self.threads)
        row['ok'] = True
        if network.golden:
            row['fp32_error'] = self._float_error(network, reference)
            if not row['fp32_error'] <= FP32_LIMIT:
                self._blame(row, f"FP32 is {row['fp32_error']:.2g} from the "
                                 f'golden output, relatively; {FP32_LIMIT}')
        figures = os.path.join(self.work, network.name + '.json')
        model = self._calibrate(
            network, self._samples(network, network.evaluate) +
            ['--json', figures])
        with open(figures, encoding='utf-8') as file:
            evaluation = json.load(file)
        self._describe(model, len(evaluation['float_nodes']), row)
        if network.task:
            self._compare(network.task, reference, model, row)
        for figure in ('sqnr_db', 'agreement', 'fp32_top1', 'int8_top1'):
            if evaluation[figure] is not None:
                row[figure] = evaluation[figure]

    # Their parts.

    def _single(self, network):
        """The network in FP32."""
        return tools.Model(self.bin, self._convert(
            network, ['--precision', 'float32'], 'fp32'))

    def _calibrate(self, network, options):
        """The network in INT8."""
        return tools.Model(self.bin, self._convert(
            network, self._samples(network, network.calibrate) + options +
            self.extra, 'int8'))

    def _compare(self, task, reference, model, row):
        folder = self._samples(None, [task.pictures])[0]
        pictures = tasks.picture_paths(folder)
        compare = getattr(tasks, task.kind)
        arguments = {name: self._samples(None, [value])[0]
                     if isinstance(value, str) else value
                     for name, value in task.arguments.items()}
        if task.reader:
            reader = catalog.find(task.reader)
            arguments['readers'] = (self._single(reader),
                                    self._calibrate(reader, []))
        value = compare(reference, model, pictures, self.work, **arguments)
        row['task'] = {'kind': task.kind, 'value': value, 'limit': task.limit}
        row['measure'] = f'{task.kind} {value:.4g}'
        if not value >= task.limit:
            self._blame(row, f'{task.kind}: {value:.4g} is below {task.limit}')

    def _blame(self, row, why):
        row['ok'] = False
        row['why'] = '; '.join(filter(None, (row.get('why'), why)))

    def _describe(self, model, float_nodes, row):
        operators = model.operators()
        row['conversions'] = sum(operators.count(name)
                                 for name in ('Quantize', 'Dequantize'))
        row['float_operators'] = float_nodes
        row['int8_operators'] = (len(operators) - row['conversions'] -
                                 float_nodes)
        row['int8_ms'] = model.milliseconds(self.seconds, self.threads)

    def _convert(self, network, options, kind):
        output = os.path.join(self.work, f'{network.name}.{kind}.octet')
        tools.call([os.path.join(self.bin, 'octet-convert'),
                    os.path.join(self.data, network.source), '-o', output,
                    '--threads', str(self.threads),
                    *self._samples(network, network.feed), *options])
        return output

    def _samples(self, network, options):
        """`options` with paths of the data folder, halves of a folder and
        noise made."""
        result = []
        for option in options:
            if option.startswith(('images/', 'golden/', 'models/')):
                folder, _, half = option.partition(':')
                option = os.path.join(self.data, folder)
                if half:
                    option = self._half(option, half)
            elif option.startswith('pages:'):
                option = self._pages(option[len('pages:'):])
            elif option.startswith('noise:'):
                option = self._noise(network, int(option[len('noise:'):]))
            result.append(option)
        return result

    def _half(self, folder, half):
        """A folder with every other picture of `folder`."""
        path = os.path.join(self.work, f'{os.path.basename(folder)}.{half}')
        os.makedirs(path, exist_ok=True)
        pictures = [name for name in sorted(os.listdir(folder))
                    if name.endswith(('.jpg', '.png'))]
        for name in pictures[half == 'odd'::2]:
            link = os.path.join(path, name)
            if not os.path.exists(link):
                os.symlink(os.path.abspath(os.path.join(folder, name)),
                           link)
        return path

    def _pages(self, half):
        """A folder with pages of the lines of that half."""
        path = os.path.join(self.work, f'pages.{half}')
        if os.path.isdir(path):
            return path
        folder = os.path.join(self.data, catalog.LINES)
        lines = tasks.picture_paths(self._half(folder, half))
        os.makedirs(path)
        pages.make(tasks.labels_of(lines), catalog.PAGES[half], path,
                   seed=len(half))
        return path

    def _noise(self, network, count):
        """A file with `count` arrays of values between -1 and 1."""
        single = os.path.join(self.work, f'{network.name}.fp32.octet')
        shape = tools.Model(self.bin, single).inputs[0].shape[1:]
        size = count
        for dimension in shape:
            size *= dimension
        state, values = count, array.array('f')
        for _ in range(size):
            state = (state * 1103515245 + 12345) % 2**31
            values.append(state / 2**30 - 1)
        path = os.path.join(self.work, f'{network.name}.noise{count}.npy')
        npy.write(path, [count, *shape], values)
        return path

    def _float_error(self, network, model):
        golden = network.golden
        twin = None
        if golden.twin:
            other = catalog.find(golden.twin)
            twin = tools.Model(self.bin, self._convert(
                other, ['--precision', 'float32'], 'twin'))
        worst = 0.0
        for i, record in enumerate(self._records(golden.samples)):
            values = _feed(record, golden.samples, network.feed, model)
            outputs = self._run(model, values)
            references = (self._run(twin, values) if twin else
                          self._golden(golden, model, i))
            for name, values in references.items():
                worst = max(worst, measures.largest_relative_error(
                    outputs[name if name in outputs else _only(outputs)],
                    values))
        return worst

    def _same_answers(self, network, model):
        """(samples whose largest value is the golden output's, within a step
        of the output; all samples)"""
        golden = network.golden
        same = 0
        for i, record in enumerate(self._records(golden.samples)):
            values = _feed(record, golden.samples, network.feed, model)
            outputs = self._run(model, values)
            for reference in self._golden(golden, model, i).values():
                output = outputs[_only(outputs)]
                # Files of integers hold steps.
                step = (model.outputs[0].scale
                        if isinstance(reference, array.array) and
                        reference.typecode == 'f' else 1.0)
                same += measures.same_argmax(output, reference, len(reference),
                                             step)
        return same, golden.samples.count

    def _records(self, samples):
        size = 1
        for dimension in samples.shape:
            size *= dimension
        with open(os.path.join(self.data, samples.path), 'rb') as file:
            for _ in range(samples.count):
                file.read(samples.skip)
                yield file.read(size)

    def _run(self, model, values):
        """The outputs by name."""
        source = os.path.join(self.work, 'input.npy')
        npy.write(source, model.inputs[0].shape, values)
        paths = [os.path.join(self.work, f'output{i}.npy')
                 for i in range(len(model.outputs))]
        model.run(['--input', source], paths)
        return {tensor.name: npy.read(path)[1]
                for tensor, path in zip(model.outputs, paths)}

    def _golden(self, golden, model, sample):
        """The golden outputs for one sample by name, in our order."""
        result = {}
        for name, path in golden.files.items():
            output = next((tensor for tensor in model.outputs
                           if tensor.name == name), model.outputs[0])
            kind = {'f32': 'f', 'u8': 'B', 'i8': 'b'}[path.split('.')[-1]]
            count = 1
            for dimension in output.shape:
                count *= dimension
            values = array.array(kind)
            with open(os.path.join(self.data, path), 'rb') as file:
                file.seek(sample * count * values.itemsize)
                values.fromfile(file, count)
            result[output.name] = (measures.nhwc(values, output.shape)
                                   if golden.nchw else values)
        return result


def _only(outputs):
    return next(iter(outputs))


def _option(feed, name, default):
    """The numbers of an option of the command line, one a channel."""
    if name not in feed:
        return default
    values = [float(x) for x in feed[feed.index(name) + 1].split(',')]
    return values * 3 if len(values) == 1 else values


def _feed(record, samples, feed, model):
    """The input's values, NHWC, for the bytes of one sample: in the middle of
    a picture, preprocessed as `feed` says, or without it what an INT8 input
    stores."""
    tensor = model.inputs[0]
    rows = list(record)
    if len(samples.shape) == 3:
        rows = _crop(rows, samples, tensor.shape)
    if samples.signed:
        rows = [byte - 256 if byte > 127 else byte for byte in rows]
    if tensor.scale is not None and '--mean' not in feed:
        zero_point = tensor.zero_point + (0 if samples.signed else 128)
        return [tensor.scale * (q - zero_point) for q in rows]
    channels = samples.shape[-1]
    if channels != 3:
        return rows
    if '--bgr' in feed:
        rows = [rows[i - i % 3 + 2 - i % 3] for i in range(len(rows))]
    mean = _option(feed, '--mean', [0.0] * 3)
    std = _option(feed, '--std', [1.0] * 3)
    return [(pixel - mean[i % 3]) / std[i % 3] for i, pixel in enumerate(rows)]


def _crop(values, samples, shape):
    """The middle of a picture, HWC, as large as the NHWC `shape`."""
    height, width, channels = samples.shape
    plane = height * width
    top, left = (height - shape[1]) // 2, (width - shape[2]) // 2
    result = []
    for y in range(top, top + shape[1]):
        for x in range(left, left + shape[2]):
            pixel = y * width + x
            if samples.planar:
                result += values[pixel:plane * channels:plane]
            else:
                result += values[pixel * channels:(pixel + 1) * channels]
    return result


def progress(text):
    print(text, file=sys.stderr, flush=True)
