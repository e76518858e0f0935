export { intervalChart, type IntervalChart } from './interval-chart.js';
export { MEASURES, type MeasureName } from './measures.js';
export { toSeries, type SeriesInput } from './series.js';
export { styleSource } from './style.js';
