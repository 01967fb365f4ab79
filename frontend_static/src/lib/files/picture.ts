/** The longest side of a picture that is sent; the server keeps no larger one. */
const longSide = 1600;

/**
 * Draws a chosen picture at the size that is kept, as JPEG bytes: a phone's photo of 8 MB becomes a few hundred kilobytes.
 *
 * Gives null for a file that the browser cannot draw.
 */
export async function smallEnough(file: File): Promise<Uint8Array | null> {
	const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null);
	if (!picture) return null;
	const scale = Math.min(1, longSide / Math.max(picture.width, picture.height));
	const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
	canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	const drawn = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
	return new Uint8Array(await drawn.arrayBuffer());
}
