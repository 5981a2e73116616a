// Runs a model in ONNX Runtime when asked, for octet_model_bench.
//
//   node ort_worker.js NODE_MODULES MODEL.onnx INPUT THREADS
//
// INPUT: the floats of the model's one input, in native byte order. Prints the
// package's version when ready. Then, a line for each line read:
//   run N    runs N times; the milliseconds of each
//   output   the first output's values

'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [modules, model, inputPath, threads] = process.argv.slice(2);
const ort = require(path.resolve(modules, 'onnxruntime-node'));

function readInput(session) {
  const bytes = fs.readFileSync(inputPath);
  const values = new Float32Array(
      bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const shape = session.inputMetadata[0].shape;
  return {[session.inputNames[0]]: new ort.Tensor('float32', values, shape)};
}

async function main() {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
  });
  const feeds = readInput(session);
  let results = await session.run(feeds);
  console.log(require(
      path.resolve(modules, 'onnxruntime-node/package.json')).version);
  for await (const line of readline.createInterface({input: process.stdin})) {
    const [command, count] = line.split(' ');
    if (command === 'output') {
      console.log(results[session.outputNames[0]].data.join(' '));
      continue;
    }
    const times = [];
    for (let i = 0; i < Number(count); ++i) {
      const start = process.hrtime.bigint();
      results = await session.run(feeds);
      times.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    console.log(times.join(' '));
  }
}

main().catch((error) => {
  console.error(`ort_worker.js: ${error.message}`);
  process.exit(1);
});
