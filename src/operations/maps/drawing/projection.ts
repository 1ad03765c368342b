// Web Mercator to whole half-pixels: both neighbours of a border round the same points the same way, so it stays one line.
import type { Box } from '../model.ts'

/** Drawing units in a CSS pixel. */
export const unitsPerPixel = 2

export interface Frame {
  width: number
  height: number
  x(lon: number): number
  y(lat: number): number
  /** What can be seen. */
  box: Box
}

const mercator = (lat: number) => Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360))
const latitude = (y: number) => (Math.atan(Math.exp(y)) * 360) / Math.PI - 90
const radians = Math.PI / 180

/** Puts a box into the middle of a frame of so many pixels, as large as it fits. */
export function fitBox(
  box: Box,
  { width, height, padding = 8 }: { width: number; height: number; padding?: number },
): Frame {
  const [w, h] = [width * unitsPerPixel, height * unitsPerPixel]
  const [left, right] = [box[0] * radians, box[2] * radians]
  const [bottom, top] = [mercator(box[1]), mercator(box[3])]
  const room = padding * unitsPerPixel * 2
  const scale = Math.min((w - room) / Math.max(right - left, 1e-6), (h - room) / Math.max(top - bottom, 1e-6))
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2]
  return {
    width: w,
    height: h,
    x: (lon) => Math.round(w / 2 + (lon * radians - middleX) * scale),
    y: (lat) => Math.round(h / 2 - (mercator(lat) - middleY) * scale),
    box: [
      (middleX - w / 2 / scale) / radians,
      latitude(middleY - h / 2 / scale),
      (middleX + w / 2 / scale) / radians,
      latitude(middleY + h / 2 / scale),
    ],
  }
}
