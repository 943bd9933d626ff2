// Drives the official encoder: one JSON command a line on stdin, one JSON answer a line on stdout.
// Arguments: the folder that holds node_modules.
const fs = require("fs");
const path = require("path");
const crypto = require("crypto");
const readline = require("readline");

const wasm = require(path.join(process.argv[2], "node_modules/@mysten/walrus-wasm/nodejs/walrus_wasm.js"));

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const sha256 = (parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash("sha256")).digest("hex");
const uleb = (value) => (value < 128 ? 1 : 1 + uleb(Math.floor(value / 128)));

function shape(n, length) {
  const f = Math.floor((n - 1) / 3);
  const [rows, columns] = [n - 2 * f, n - f];
  let size = Math.max(1, Math.ceil(Math.max(length, 1) / (rows * columns)));
  size += size % 2;
  return { rows, primary: columns * size, secondary: rows * size };
}

function buffers(n, size) {
  return Array.from({ length: n }, () => new Uint8Array(uleb(size) + size + 4));
}

// the least wall time and the least processor time of some runs, in milliseconds
function measured(run, repeat) {
  const [walls, cpus] = [[], []];
  for (let i = 0; i < repeat; i++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    run();
    const { user, system } = process.cpuUsage(before);
    walls.push(performance.now() - start);
    cpus.push((user + system) / 1000);
  }
  return { wall: Math.min(...walls), cpu: Math.min(...cpus) };
}

const commands = {
  // ids and slivers of a file
  encode({ n, file }) {
    const data = new Uint8Array(fs.readFileSync(file));
    const { primary, secondary } = shape(n, data.length);
    const [primaries, secondaries] = [buffers(n, primary), buffers(n, secondary)];
    const encoder = new wasm.BlobEncoder(n);
    encoder.encode(data, primaries, secondaries);
    const [blobId, rootHash] = encoder.compute_metadata(data);
    return {
      blobId: hex(blobId),
      rootHash: hex(rootHash.Digest),
      primaries: sha256(primaries),
      secondaries: sha256(secondaries),
    };
  },
  // a file from BCS primary slivers in files, given its id as bytes and its length
  decode({ n, blobId, length, slivers, out }) {
    const output = new Uint8Array(length);
    const parts = slivers.map((file) => new Uint8Array(fs.readFileSync(file)));
    new wasm.BlobEncoder(n).decode(Array.from(Buffer.from(blobId, "hex")), BigInt(length), parts, output);
    fs.writeFileSync(out, output);
    return {};
  },
  verifyAggregate({ publicKeys, message, signature }) {
    const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
    const keys = publicKeys.map((key) => Array.from(bytes(key)));
    return { valid: wasm.bls12381_min_pk_verify_aggregate(keys, bytes(message), bytes(signature)) };
  },
  time({ n, file, repeat, what }) {
    const data = new Uint8Array(fs.readFileSync(file));
    const encoder = new wasm.BlobEncoder(n);
    if (what === "id") return measured(() => encoder.compute_metadata(data), repeat);
    const { rows, primary, secondary } = shape(n, data.length);
    const [primaries, secondaries] = [buffers(n, primary), buffers(n, secondary)];
    const encode = () => encoder.encode(data, primaries, secondaries);
    if (what === "encode") return measured(encode, repeat);
    encode();
    const [blobId] = encoder.compute_metadata(data);
    const output = new Uint8Array(data.length);
    const worst = primaries.slice(n - rows);
    const decode = () => encoder.decode(blobId, BigInt(data.length), worst, output);
    return measured(decode, repeat);
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = commands[command.command](command);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
