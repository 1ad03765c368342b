export { type Located, type Locator, locate, openLocator } from './boundaries/locate.ts'
export { createMaps } from './capability.ts'
export { type AreasDrawing, drawAreas } from './drawing/draw-areas.tsx'
export { drawMap, type MapThing, type ThingsDrawing } from './drawing/draw-map.tsx'
