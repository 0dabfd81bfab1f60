// The divisions as they are since 2026-07-01: 16, of which one is drawn by two shapes of the map.

import southKorea from '@svg-maps/south-korea';

import { number } from '../app/language';

interface Division {
  code: string;
  shapes: string[];
  /** Short name in Korean and English, and where it stands. */
  ko: string;
  en: string;
  at: [number, number];
  /** Names of cities stand beside small shapes: from where a line leads. */
  from?: [number, number];
}

export const divisions: Division[] = [
  { code: 'KR-41', shapes: ['gyeonggi'], ko: '경기', en: 'Gyeonggi', at: [196, 158] },
  { code: 'KR-42', shapes: ['gangwon'], ko: '강원', en: 'Gangwon', at: [284, 100] },
  { code: 'KR-43', shapes: ['north-chungcheong'], ko: '충북', en: 'Chungbuk', at: [232, 214] },
  { code: 'KR-44', shapes: ['south-chungcheong'], ko: '충남', en: 'Chungnam', at: [124, 246] },
  { code: 'KR-45', shapes: ['north-jeolla'], ko: '전북', en: 'Jeonbuk', at: [170, 338] },
  { code: 'JEONNAM_GWANGJU', shapes: ['south-jeolla', 'gwangju'], ko: '전남광주', en: 'Jeonnam-Gwangju', at: [150, 424] },
  { code: 'KR-47', shapes: ['north-gyeongsang'], ko: '경북', en: 'Gyeongbuk', at: [322, 256] },
  { code: 'KR-48', shapes: ['south-gyeongsang'], ko: '경남', en: 'Gyeongnam', at: [268, 394] },
  { code: 'KR-49', shapes: ['jeju'], ko: '제주', en: 'Jeju', at: [111, 609] },
  { code: 'KR-11', shapes: ['seoul'], ko: '서울', en: 'Seoul', at: [30, 92], from: [150, 127] },
  { code: 'KR-28', shapes: ['incheon'], ko: '인천', en: 'Incheon', at: [30, 150], from: [122, 138] },
  { code: 'KR-50', shapes: ['sejong'], ko: '세종', en: 'Sejong', at: [30, 204], from: [176, 248] },
  { code: 'KR-30', shapes: ['daejeon'], ko: '대전', en: 'Daejeon', at: [30, 300], from: [188, 275] },
  { code: 'KR-27', shapes: ['daegu'], ko: '대구', en: 'Daegu', at: [476, 300], from: [304, 335] },
  { code: 'KR-31', shapes: ['ulsan'], ko: '울산', en: 'Ulsan', at: [476, 362], from: [368, 364] },
  { code: 'KR-26', shapes: ['busan'], ko: '부산', en: 'Busan', at: [476, 424], from: [352, 400] },
];

const shapes = new Map((southKorea as { locations: { id: string; path: string }[] }).locations.map((location) => [location.id, location.path]));

/** The step of a scale of five that a count stands on; 0 for none. */
export function stepOf(count: number, most: number): number {
  return count <= 0 ? 0 : Math.max(1, Math.ceil((count / Math.max(most, 1)) * 5));
}

interface MapProps {
  counts: Map<string, number>;
  chosen: string;
  choose: (code: string) => void;
  label: string;
  isKorean: boolean;
}

/** The map; the list beside it holds the same and takes the keyboard. */
export function KoreaMap({ counts, chosen, choose, label, isKorean }: MapProps) {
  const most = Math.max(0, ...counts.values());
  return (
    <svg className="map" viewBox="-12 -6 560 648" role="img" aria-label={label}>
      {divisions.map((division) => {
        const step = stepOf(counts.get(division.code) ?? 0, most);
        const state = chosen === division.code ? ' is-chosen' : chosen ? ' is-faded' : '';
        return (
          <g key={division.code} className={`division step-${step}${state}`} onClick={() => choose(chosen === division.code ? '' : division.code)}>
            {division.shapes.map((id) => (
              <path key={id} d={shapes.get(id)} />
            ))}
          </g>
        );
      })}
      <g className="map-labels" aria-hidden="true">
        {divisions.map((division) => {
          const figure = counts.get(division.code) ?? 0;
          const step = stepOf(figure, most);
          const [x, y] = division.at;
          const isInside = !division.from;
          const anchor = isInside ? 'middle' : x > 250 ? 'start' : 'end';
          const labelX = isInside ? x : x > 250 ? x : x + 26;
          return (
            <g key={division.code} className={isInside ? `inside on-${step}` : 'outside'}>
              {division.from && <line x1={x > 250 ? x - 4 : x + 30} y1={y + 2} x2={division.from[0]} y2={division.from[1]} />}
              {division.from && <circle cx={division.from[0]} cy={division.from[1]} r="2.5" />}
              <text x={labelX} y={y} dy="-0.15em" textAnchor={anchor} className={!isKorean && isInside && division.en.length > 10 ? 'is-long' : undefined}>
                {isKorean ? division.ko : division.en}
              </text>
              <text x={labelX} y={y} dy="0.95em" textAnchor={anchor} className="figure">
                {number(figure)}
              </text>
            </g>
          );
        })}
      </g>
    </svg>
  );
}
