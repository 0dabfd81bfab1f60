export { LineChart } from './chart';
export { Page } from './page';
export { Badge, type Column, Illustrative, Name, saveCsv, saveJson, Table, Tile, type Tone } from './parts';
export { Boundary, Empty, Failed, Loading, Missing, Stale } from './states';
