'use strict';
// Draws the report from the JSON in the page. Text goes into the document as
// text alone, never as markup.

const report = JSON.parse(document.getElementById('data').textContent);
const main = document.getElementById('report');
const svgNamespace = document.getElementById('namespace').namespaceURI;

// ---- Elements ----

function setUp(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== false) element.setAttribute(name, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

function html(tag, attributes, ...children) {
  return setUp(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return setUp(document.createElementNS(svgNamespace, tag), attributes,
               children);
}

// Draws by `draw(width)` now and whenever the width changes.
function drawing(label, draw) {
  const holder = html('div');
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.floor(holder.clientWidth);
    if (width === 0 || width === last) return;
    last = width;
    const picture = draw(width);
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', label);
    holder.replaceChildren(picture);
  }).observe(holder);
  return holder;
}

// A name that may go on in the next line after a slash or underscore.
function breakable(name) {
  return name.split(/(?<=[/_.:])/).flatMap((part) => [part, html('wbr')]);
}

// ---- Numbers ----

const integer = new Intl.NumberFormat('en');

function decibels(value) {
  return value === null ? 'exact' : value.toFixed(1) + ' dB';
}

function percent(share) {
  if (share === null) return '–';
  const value = 100 * share;
  if (value === 0) return '0 %';
  return (value < 0.01 ? '< 0.01' : value.toFixed(value < 1 ? 2 : 1)) + ' %';
}

function real(value) {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

function amount(value) {
  for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e3]]) {
    if (value >= size) return Number((value / size).toPrecision(3)) + ' ' + unit;
  }
  return String(value);
}

// About `count` round numbers that cover low ... high.
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const values = [];
  for (let i = Math.ceil(low / step); i * step <= high; ++i) {
    values.push(Number((i * step).toPrecision(12)));
  }
  return values;
}

// ---- Parts ----

function section(title, ...children) {
  main.append(html('section', null, html('h2', null, title), ...children));
}

function figureOf(name, value, note) {
  return html('div', null, html('dt', null, name),
              html('dd', null, value, note ? html('small', null, note) : null));
}

function shareBar(share) {
  const bar = html('span', {style: `width:${100 * share}%`});
  return html('div', {class: 'share', role: 'img', 'aria-label':
      `${percent(share)} from weights, the rest from activations`}, bar);
}

function legend(entries) {
  return html('ul', {class: 'legend'}, entries.map(([color, name]) =>
      html('li', null,
           html('span', {class: 'swatch', style: `background:${color}`}),
           name)));
}

// "1 of 8 channels has", "2 of 8 channels have"
function ofChannels(count, layer) {
  return `${count} of ${layer.channels} channels ` +
      (count === 1 ? 'has' : 'have');
}

function layerLink(layer) {
  return html('a', {href: '#layer-' + report.layers.indexOf(layer)},
              layer.name);
}

// The link, or the name alone where it is no row of the table.
function namedLayer(name) {
  const layer = report.layers.find((row) => row.name === name);
  return layer ? layerLink(layer) : name;
}

function className(index) {
  if (index === null) return '–';
  return report.class_names[index] || 'class ' + index;
}

// ---- Head ----

function head() {
  document.title = report.model + ': INT8 report';
  const measured = report.measured_on_calibration ?
      `measured on ${report.samples} of the calibration samples themselves` :
      `measured on ${report.samples} samples that calibration did not see`;
  main.append(html('header', null, html('h1', null, report.model),
      html('p', {class: 'quiet'},
           `${report.source}, ranges by ${report.method} on ` +
           `${integer.format(report.calibration_samples)} samples; ${measured}` +
           (report.options.length ? `. Options: ${report.options.join(', ')}` :
                                    '') + `. Octet ${report.converter}.`)));
  const figures = [];
  const evaluation = report.evaluation;
  figures.push(figureOf('SQNR of the outputs',
                        decibels(report.outputs.sqnr_db), '6 dB are one bit'));
  if (evaluation && evaluation.int8_top1 !== null) {
    figures.push(figureOf('Top-1, INT8', evaluation.int8_top1.toFixed(2) + ' %',
        `FP32 ${evaluation.fp32_top1.toFixed(2)} %, ` +
        `${integer.format(evaluation.samples)} samples`));
  }
  if (evaluation && evaluation.agreement !== null) {
    figures.push(figureOf('Same class as FP32',
                          evaluation.agreement.toFixed(2) + ' %',
                          `${integer.format(evaluation.samples)} samples`));
  }
  figures.push(figureOf('Parameters', amount(report.parameters)));
  figures.push(figureOf('Multiply-accumulates',
                        amount(report.multiply_accumulates), 'one sample'));
  figures.push(figureOf('File', amount(report.file_bytes) + 'B',
                        integer.format(report.file_bytes) + ' bytes'));
  main.append(html('dl', {class: 'figures'}, figures));
  const share = report.outputs.weights_share;
  if (share === null) return;
  main.append(html('p', {class: 'small quiet'}, 'Error of the outputs comes ' +
      `${percent(share)} from the rounding of weights and ` +
      `${percent(1 - share)} from that of activations.`), shareBar(share),
      legend([['var(--weights)', 'weights'],
              ['var(--activations)', 'activations']]));
}

// ---- Findings ----

function findings() {
  const layers = report.layers;
  const list = [];
  const add = (...children) => list.push(html('li', null, ...children));
  const lossy = layers.filter((layer) => layer.alone_sqnr_db !== null);
  if (lossy.length > 0) {
    const worst = lossy.reduce(
        (a, b) => a.alone_sqnr_db <= b.alone_sqnr_db ? a : b);
    add(layerLink(worst), ` costs most on its own: ${decibels(
        worst.alone_sqnr_db)}` + (worst.alone_weights_share === null ? '.' :
        `, ${percent(worst.alone_weights_share)} of its error from weights.`));
  }
  const clipped = layers.filter((layer) => layer.saturated > 0.001)
                      .sort((a, b) => b.saturated - a.saturated);
  for (const layer of clipped.slice(0, 3)) {
    add(layerLink(layer), ` saturates ${percent(layer.saturated)} of its ` +
        'values: its range may be too narrow.');
  }
  for (const layer of layers) {
    const lost = layer.constant_channels - layer.constant_channels_fp32;
    if (lost > 0) {
      add(layerLink(layer), `: ${ofChannels(lost, layer)} one and the same ` +
          'INT8 value on all samples, but not in FP32.');
    }
    if (layer.dead_channels > 0) {
      add(layerLink(layer), `: ${ofChannels(layer.dead_channels, layer)} INT8 ` +
          'weights of 0 alone.');
    }
    if (layer.widened_channels > 0) {
      add(layerLink(layer), `: ${ofChannels(layer.widened_channels, layer)} ` +
          'coarser weights, so that the bias fits 32 bits.');
    }
  }
  for (const concat of report.concats) {
    const narrow = concat.inputs.filter((input) => input.steps < 64);
    if (narrow.length > 0) {
      add(namedLayer(concat.name), ' joins inputs of unlike ranges: ' + narrow.map(
          (input) => `${input.value} uses ${Math.round(input.steps)}`)
          .join(', ') + ' of 256 steps.');
    }
  }
  for (const name of report.raised_adds) {
    add(namedLayer(name), ' has the scale of its larger input, which is ' +
        'coarser than its own range asks for.');
  }
  if (list.length > 0) section('What stands out',
                               html('ul', {class: 'findings'}, list));
}

// ---- Signal to noise, layer by layer ----

function chartSqnr(width) {
  const layers = report.layers;
  const left = 44, top = 12, height = 220, right = 8;
  const finite = layers.flatMap((l) => [l.alone_sqnr_db, l.sqnr_db])
                     .filter((v) => v !== null);
  const high = Math.max(10, ...finite) * 1.05;
  const low = Math.min(0, ...finite);
  const step = (width - left - right) / layers.length;
  const x = (i) => left + (i + 0.5) * step;
  const y = (v) => top + height * (high - v) / (high - low);
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height + 54}`,
                              height: height + 54});
  for (const value of ticks(low, high, 5)) {
    picture.append(
        svg('line', {class: 'grid', x1: left, x2: width - right, y1: y(value),
                     y2: y(value)}),
        svg('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'},
            String(value)));
  }
  const barWidth = Math.max(1, Math.min(18, step * 0.7));
  let points = [];
  const lines = [];
  layers.forEach((layer, i) => {
    const title = `${i + 1}. ${layer.name} (${layer.type}): alone ` +
        `${decibels(layer.alone_sqnr_db)}, with all before it ` +
        decibels(layer.sqnr_db);
    if (layer.alone_sqnr_db !== null) {
      const at = y(Math.max(layer.alone_sqnr_db, low));
      picture.append(svg('rect', {class: 'alone', x: x(i) - barWidth / 2,
          y: at, width: barWidth, height: Math.max(0.5, y(low) - at)},
          svg('title', null, title)));
    }
    if (layer.sqnr_db === null) {
      lines.push(points);
      points = [];
      return;
    }
    points.push([x(i), y(layer.sqnr_db), title]);
  });
  lines.push(points);
  for (const line of lines) {
    picture.append(svg('polyline', {class: 'line', points: line.map(
        ([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')}));
    for (const [px, py, title] of line) {
      picture.append(svg('circle', {class: 'dot', cx: px, cy: py,
          r: step > 8 ? 3 : 1.5}, svg('title', null, title)));
    }
  }
  picture.append(svg('line', {class: 'axis', x1: left, x2: width - right,
                              y1: y(low), y2: y(low)}));
  for (const value of ticks(1, layers.length, Math.min(10, width / 60))) {
    if (value % 1 !== 0) continue;
    picture.append(svg('text', {x: x(value - 1), y: top + height + 17,
                                'text-anchor': 'middle'}, String(value)));
  }
  picture.append(
      svg('text', {x: (left + width) / 2, y: top + height + 36,
                   'text-anchor': 'middle'}, 'layer, in order of execution'),
      svg('text', {transform: `translate(12 ${top + height / 2}) rotate(-90)`,
                   'text-anchor': 'middle'}, 'SQNR, dB'));
  return picture;
}

function signalToNoise() {
  section('Signal to noise, layer by layer',
      html('figure', null,
           legend([['var(--bars)', 'the layer alone, on FP32 inputs'],
                   ['var(--activations)', 'the INT8 network up to here']]),
           drawing('Bars: SQNR of each layer alone. Line: SQNR of the network ' +
                   'up to each layer. The table below has the numbers.',
                   chartSqnr),
           html('figcaption', null, 'Higher is better. A low bar is a layer ' +
                'that loses much itself; where the line falls and the bar is ' +
                'high, errors from before grow.')));
}

// ---- Table of layers ----

function channelNotes(layer) {
  const notes = [];
  const lost = layer.constant_channels - layer.constant_channels_fp32;
  if (lost > 0) notes.push(`${lost} lost`);
  if (layer.dead_channels > 0) notes.push(`${layer.dead_channels} dead`);
  if (layer.widened_channels > 0) {
    notes.push(`${layer.widened_channels} widened`);
  }
  return notes.length ? html('span', {class: 'bad'}, notes.join(', ')) :
                        String(layer.channels);
}

const columns = [
  {title: 'Layer', name: true, key: (l, i) => i},
  {title: 'SQNR alone', key: (l) => l.alone_sqnr_db ?? Infinity,
   cell: (l) => decibels(l.alone_sqnr_db)},
  {title: 'SQNR so far', key: (l) => l.sqnr_db ?? Infinity,
   cell: (l) => decibels(l.sqnr_db)},
  {title: 'Error from weights', key: (l) => l.alone_weights_share ?? -1,
   cell: (l) => l.alone_weights_share === null || l.weights === null ? '–' :
       html('div', {class: 'measure'}, shareBar(l.alone_weights_share),
            html('span', null, percent(l.alone_weights_share)))},
  {title: 'Saturated', key: (l) => l.saturated,
   cell: (l) => html('span', {class: l.saturated > 0.001 ? 'bad' : null},
                     percent(l.saturated))},
  {title: 'Range', key: (l) => l.scale === null ? Infinity : l.highest - l.lowest,
   cell: (l) => l.scale === null ? 'FP32' :
       `${real(l.lowest)} … ${real(l.highest)}`},
  {title: 'Output', key: (l) => l.shape.reduce((a, b) => a * b, 1),
   cell: (l) => l.shape.join(' × ')},
  {title: 'Weights', key: (l) => l.weights || '',
   cell: (l) => l.weights || '–'},
  {title: 'Parameters', key: (l) => l.parameters,
   cell: (l) => l.parameters ? integer.format(l.parameters) : '–'},
  {title: 'MACs', key: (l) => l.multiply_accumulates,
   cell: (l) => l.multiply_accumulates ? amount(l.multiply_accumulates) : '–'},
  {title: 'Channels', key: (l) => l.channels, cell: channelNotes},
];

function layerRow(layer, index) {
  return html('tr', {id: 'layer-' + index}, columns.map((column) =>
      column.name ?
          html('th', {scope: 'row', class: 'name'}, breakable(layer.name),
               html('small', null, `${index + 1}. ${layer.type}`)) :
          html('td', null, column.cell(layer))));
}

function tableOfLayers() {
  const rows = report.layers.map((layer, index) =>
      ({layer, index, row: layerRow(layer, index)}));
  const body = html('tbody', null, rows.map((entry) => entry.row));
  const heads = columns.map((column) => {
    const button = html('button', {type: 'button'}, column.title);
    const cell = html('th', {scope: 'col', class: column.name ? 'name' : null,
                             'aria-sort': column.name ? 'ascending' : null},
                      button);
    button.addEventListener('click', () => {
      const up = cell.getAttribute('aria-sort') !== 'ascending';
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      cell.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      rows.sort((a, b) => {
        const p = column.key(a.layer, a.index);
        const q = column.key(b.layer, b.index);
        return (up ? 1 : -1) * (p < q ? -1 : p > q ? 1 : a.index - b.index);
      });
      body.replaceChildren(...rows.map((entry) => entry.row));
    });
    return cell;
  });
  section('Layers', html('div', {class: 'scroll', tabindex: '0',
      role: 'region', 'aria-label': 'Layers'},
      html('table', null,
           html('thead', null, html('tr', null, heads)), body)));
}

// ---- Histograms ----

const methodColor = (index) => `var(--m${index % 6})`;

function chartHistogram(activation, chosen, width) {
  const left = 44, right = 12, top = 10, height = 150, row = 18;
  const methods = Object.entries(activation.ranges);
  const names = methods.map(([name]) => name);
  const side = Math.min(112, width / 3);
  const bins = activation.negative.map(
      (count, i) => [-(i + 1) * activation.bin_width, count]).concat(
      activation.positive.map((count, i) => [i * activation.bin_width, count]));
  const low = Math.min(activation.min, 0), high = Math.max(activation.max, 0);
  const scale = (width - side - right) / (high - low || 1);
  const x = (value) =>
      side + (Math.min(Math.max(value, low), high) - low) * scale;
  const most = Math.max(1, ...bins.map(([, count]) => count));
  const logMost = Math.log10(1 + most);
  const base = top + height;
  const y = (count) => base - height * Math.log10(1 + count) / logMost;
  const total = base + 34 + row * names.length + 6;
  const picture = svg('svg', {viewBox: `0 0 ${width} ${total}`, height: total});
  if (chosen) {
    picture.append(svg('rect', {class: 'chosen', x: x(chosen[0]), y: top,
        width: Math.max(1, x(chosen[1]) - x(chosen[0])), height}));
  }
  for (let power = 0; 10 ** power <= most; ++power) {
    const count = 10 ** power;
    if (power % Math.ceil(logMost / 4) !== 0) continue;
    picture.append(
        svg('line', {class: 'grid', x1: side, x2: width - right, y1: y(count),
                     y2: y(count)}),
        svg('text', {x: side - 6, y: y(count) + 4, 'text-anchor': 'end'},
            amount(count)));
  }
  const path = bins.filter(([, count]) => count > 0).map(([start, count]) => {
    const from = x(start);
    const to = Math.max(x(start + activation.bin_width), from + 0.8);
    return `M${from.toFixed(1)} ${base}V${y(count).toFixed(1)}` +
        `H${to.toFixed(1)}V${base}Z`;
  }).join('');
  picture.append(svg('path', {class: 'bars', d: path}));
  methods.forEach(([name, [from, to]], i) => {
    const middle = base + 34 + row * i + row / 2;
    for (const end of [from, to]) {
      if (end <= low && end !== to) continue;
      picture.append(svg('line', {x1: x(end), x2: x(end), y1: top, y2: base,
          style: `stroke:${methodColor(i)}`, 'stroke-dasharray': '3 3'},
          svg('title', null, `${name}: ${real(end)}`)));
    }
    picture.append(
        svg('text', {class: 'label', x: side - 6, y: middle + 4,
                     'text-anchor': 'end'}, name),
        svg('rect', {x: x(from), y: middle - 4, height: 8, rx: 2,
                     width: Math.max(2, x(to) - x(from)),
                     style: `fill:${methodColor(i)}`},
            svg('title', null, `${name}: ${real(from)} … ${real(to)}`)));
  });
  picture.append(svg('line', {class: 'axis', x1: side, x2: width - right,
                              y1: base, y2: base}));
  for (const value of ticks(low, high, Math.max(3, width / 110))) {
    picture.append(svg('text', {x: x(value), y: base + 16,
                                'text-anchor': 'middle'}, String(value)));
  }
  picture.append(svg('text', {
      transform: `translate(12 ${top + height / 2}) rotate(-90)`,
      'text-anchor': 'middle'}, 'values a bin'));
  return picture;
}

function histogramOf(activation, layer) {
  const holds = layer && layer.scale !== null;  // FP32 holds everything
  const chosen = holds ? [layer.lowest, layer.highest] : null;
  const zeros = 100 * activation.zeros / activation.count;
  const details = html('details', null, html('summary', null, activation.name,
      html('span', {class: 'quiet small'}, `  ${real(activation.min)} … ` +
           `${real(activation.max)}` +
           (holds ? `, ${percent(layer.saturated)} saturated` : ''))));
  details.addEventListener('toggle', () => {
    if (!details.open || details.querySelector('figure')) return;
    details.append(html('figure', null,
        drawing(`Histogram of ${activation.name} with the range of each method`,
                (width) => chartHistogram(activation, chosen, width)),
        html('figcaption', null, 'Values of the activation, counts on a ' +
             `logarithmic axis, without the ${zeros.toFixed(0)} % that are ` +
             'exactly 0. Bars below: the range that each method chooses, with ' +
             'its ends as dashed lines above' + (chosen ? '; shaded: what the ' +
             `INT8 network holds, ${real(chosen[0])} … ${real(chosen[1])}, in ` +
             `steps of ${real(layer.scale)}.` : '.'))));
  });
  return details;
}

function histograms() {
  if (report.activations.length === 0) return;
  const layerOf = new Map(report.layers.map((l) => [l.output, l]));
  const all = report.activations.map(
      (activation) => histogramOf(activation, layerOf.get(activation.name)));
  section('Activations and their ranges',
      html('p', {class: 'quiet'}, 'What calibration saw, in order of ' +
           'execution. A range that is too wide has coarse steps; one that is ' +
           'too narrow saturates.'), all);
  const lossy = report.activations.findIndex((activation) => {
    const layer = layerOf.get(activation.name);
    return layer && layer.alone_sqnr_db !== null && layer.alone_sqnr_db ===
        Math.min(...report.layers.map((l) => l.alone_sqnr_db ?? Infinity));
  });
  all[Math.max(0, lossy)].open = true;
}

// ---- Concats ----

function concats() {
  if (report.concats.length === 0) return;
  const rows = report.concats.flatMap((concat) => concat.inputs.map((input) =>
      html('tr', null,
           html('th', {scope: 'row', class: 'name'}, breakable(input.value),
                html('small', null, 'in ' + concat.name)),
           html('td', null, `${real(input.lowest)} … ${real(input.highest)}`),
           html('td', null, `${real(concat.lowest)} … ${real(concat.highest)}`),
           html('td', {class: input.steps < 64 ? 'bad' : null},
                String(Math.round(input.steps))))));
  section('Inputs that share a scale',
      html('p', {class: 'quiet'}, 'All inputs of a Concat have one scale. One ' +
           'with a much smaller range than the others is left with few of the ' +
           '256 steps.'),
      html('div', {class: 'scroll', tabindex: '0', role: 'region',
                   'aria-label': 'Inputs of Concats'},
           html('table', null, html('thead', null, html('tr', null,
               ['Input', 'Its values', 'Shared range', 'Steps of 256'].map(
                   (title, i) => html('th', {scope: 'col',
                       class: i === 0 ? 'name' : null}, title)))),
               html('tbody', null, rows))));
}

// ---- Samples ----

function worstSamples() {
  if (report.worst_samples.length === 0) return;
  section('The worst samples',
      html('p', {class: 'quiet'}, 'Those whose outputs differ most from FP32, ' +
           'by SQNR.'),
      html('ul', {class: 'samples'}, report.worst_samples.map((sample) => {
        const differs = sample.fp32_class !== sample.int8_class;
        const picture = sample.picture ?
            html('img', {src: sample.picture, alt: sample.name}) : null;
        if (picture) {
          picture.addEventListener('load', () => picture.classList.toggle(
              'tiny', picture.naturalWidth < 100));
        }
        return html('li', null, picture,
            html('div', null, html('strong', null, decibels(sample.sqnr_db)),
                 ' ' + sample.name),
            sample.fp32_class === null ? null : html('div', {
                class: differs ? 'bad' : null}, differs ?
                `FP32 ${className(sample.fp32_class)}, ` +
                `INT8 ${className(sample.int8_class)}` :
                className(sample.int8_class)),
            sample.label === null ? null : html('div', {class: 'quiet'},
                'label: ' + className(sample.label)));
      })));
}

// ---- Terms ----

function terms() {
  const term = (name, text) =>
      [html('dt', null, name), html('dd', null, text)];
  section('What the words mean', html('dl', {class: 'terms'},
      term('SQNR', 'Signal to quantization noise ratio: 10 log10 of the sum ' +
           'of squares of the FP32 values over that of the errors.'),
      term('Alone', 'The layer with its INT8 weights, scales and kernels, fed ' +
           'with the FP32 values of the layer before.'),
      term('Error from weights', 'What is left when FP32 computes with the ' +
           'INT8 network’s weights and biases, as a share of that and of what ' +
           'integer activations add.'),
      term('Saturated', 'FP32 values that lie outside of what the INT8 ' +
           'output can hold, by more than half a step.'),
      term('Lost channels', 'Channels with one INT8 value on all samples that ' +
           'are not constant in FP32. Dead: all INT8 weights are 0. Widened: ' +
           'coarser weights, so that the bias fits 32 bits.')));
}

head();
findings();
signalToNoise();
tableOfLayers();
histograms();
concats();
worstSamples();
terms();
