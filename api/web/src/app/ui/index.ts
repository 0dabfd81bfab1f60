export { LineChart } from './chart';
export { Page } from './page';
export { Badge, type Column, Illustrative, Name, saveCsv, saveJson, Table, Tile, type Tone } from './parts';
export { Empty, Failed, Loading, Missing } from './states';
