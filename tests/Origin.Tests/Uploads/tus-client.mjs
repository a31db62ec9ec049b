// Uploads a file with the real tus-js-client and prints what a test compares, as one line of JSON.
// Arguments: path of the client's package, file, endpoint, milliseconds between attempts, bytes of a chunk (0: one request).
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';

const [library, file, endpoint, delay, chunk] = process.argv.slice(2);
const tus = createRequire(import.meta.url)(library);
const upload = new tus.Upload(createReadStream(file), {
    endpoint,
    chunkSize: Number(chunk) || Infinity,
    uploadSize: (await import('node:fs')).statSync(file).size,
    retryDelays: Array(400).fill(Number(delay)),
    metadata: { filename: 'swans.png' },
    onError(error) {
        console.log(JSON.stringify({ error: String(error) }));
        process.exit(1);
    },
    onSuccess() {
        console.log(JSON.stringify({ url: upload.url }));
    },
});
upload.start();
