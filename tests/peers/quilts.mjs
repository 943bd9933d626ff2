// Drives the official quilt layout: one JSON command a line on stdin, one JSON answer a line on stdout.
// Arguments: the folder that holds node_modules.
import crypto from "node:crypto";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const entry = path.join(process.argv[2], "node_modules/@mysten/walrus/dist/index.mjs");
const { encodeQuilt } = await import(pathToFileURL(entry));

const commands = {
  encode({ n, files }) {
    const blobs = files.map(({ identifier, tags, contents }) => ({
      identifier,
      tags,
      contents: new Uint8Array(Buffer.from(contents, "hex")),
    }));
    const { quilt, index } = encodeQuilt({ blobs, numShards: n, encodingType: "RS2" });
    return {
      length: quilt.length,
      sha256: crypto.createHash("sha256").update(quilt).digest("hex"),
      patches: index.patches.map(({ identifier, startIndex, endIndex }) => [identifier, startIndex, endIndex]),
    };
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = commands[command.command](command);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
