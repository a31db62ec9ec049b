// The worker that makes a thumbnail: upright, on white, JPEG. Quality "high" is asked for: a canvas shrinks badly by itself.

onmessage = async ({ data: { file, side } }) => {
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(whole.width, whole.height));
    const [width, height] = [whole.width, whole.height].map((length) => Math.max(1, Math.round(length * scale)));
    const small = scale < 1 ? await createImageBitmap(whole, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" }) : whole;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.drawImage(small, 0, 0);
    whole.close();
    if (small !== whole) small.close();
    postMessage(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 }));
  } catch {
    postMessage(null); // what this browser cannot decode, the service makes
  }
};
