/** Encrypted files as Element makes them: AES-CTR under a fresh key, the key travels inside the message. */
import attachments from "matrix-encrypt-attachment";

const asArrayBuffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

/** Encrypts and uploads `base64`; returns the `file` object of an `m.file` message (spec: EncryptedFile). */
export async function uploadEncrypted(client, base64) {
    const { data, info } = await attachments.encryptAttachment(asArrayBuffer(Buffer.from(base64, "base64")));
    // Neither name nor type goes to the server: both are personal data outside the encryption.
    const uploaded = await client.uploadContent(new Blob([data]), {
        includeFilename: false,
        type: "application/octet-stream",
    });
    return { ...info, url: uploaded.content_uri };
}

/** Downloads through the authenticated media API, checks the hash and decrypts; returns base64. */
export async function downloadDecrypted(client, file) {
    const address = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
    const response = await fetch(address, {
        headers: { Authorization: `Bearer ${client.getAccessToken()}` },
        signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`media download answered ${response.status}`);
    const plain = await attachments.decryptAttachment(await response.arrayBuffer(), file);
    return Buffer.from(plain).toString("base64");
}
