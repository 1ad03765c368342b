/**
 * Pictures are made anew from their points: what a telephone wrote beside them (place, time, owner, preview) stays behind, the way it was
 * held is applied, and whatever was hidden in the file is gone. The ledger keeps the hash of what came.
 */
import sharp from 'sharp'
import { refuse } from './refuse.ts'

/** More than telephones take, and a quarter of a gigabyte when unpacked. */
const mostPixels = 64_000_000
const mostSeconds = 20

sharp.concurrency(1)
sharp.cache(false)

// One at a time in a process: an unpacked picture is large.
let last: Promise<unknown> = Promise.resolve()

/** @throws Problem 422 for a picture that cannot be read, or is larger than any camera makes. */
export function cleanImage(bytes: Buffer, kind: 'png' | 'jpeg'): Promise<Buffer> {
  const cleaned = last.then(() => cleanOnce(bytes, kind))
  last = cleaned.catch(() => {})
  return cleaned
}

async function cleanOnce(bytes: Buffer, kind: 'png' | 'jpeg'): Promise<Buffer> {
  try {
    const image = sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true })
      .timeout({ seconds: mostSeconds })
      .autoOrient()
    return await (kind === 'jpeg' ? image.jpeg({ quality: 88 }) : image.png({ compressionLevel: 8 })).toBuffer()
  } catch (error) {
    if (/pixel limit|timeout/i.test(String(error)))
      throw refuse(
        'file.image-too-large',
        `Ảnh quá lớn (tối đa ${mostPixels / 1_000_000} triệu điểm ảnh). Hãy thu nhỏ ảnh rồi gửi lại.`,
      )
    throw refuse('file.broken', 'Ảnh bị hỏng hoặc chưa tải lên hết. Hãy mở ảnh trên máy để kiểm tra rồi gửi lại.')
  }
}
