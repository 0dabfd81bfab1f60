import { setFilters, useAddress } from '../app/router';
import type { AdoptionCaseFilter, DashboardCasesVariables, DashboardVariables } from './dashboard.graphql';

/** What cases are filtered by; each stands in the address under its name. */
export const facets = ['region', 'industry', 'size', 'stage', 'barrier', 'year'] as const;
export type Facet = (typeof facets)[number];
export type Chosen = Record<Facet, string>;

const conditions: { [Name in Facet]: (value: string) => AdoptionCaseFilter } = {
  region: (code) => ({ currentRegion: { code: { eq: code } } }),
  industry: (code) => ({ industry: { or: [{ code: { eq: code } }, { parent: { code: { eq: code } } }] } }),
  size: (value) => ({ size: { eq: value as never } }),
  stage: (value) => ({ stage: { eq: value as never } }),
  barrier: (value) => ({ barriers: { some: { kind: { eq: value as never } } } }),
  // A date known to the year alone lies in it, too.
  year: (value) => ({ startedOn: { gte: value, lte: value } }),
};

/** The conditions that were chosen, without that of one facet: its own bars compare what it could be. */
function where(chosen: Chosen, without?: Facet): AdoptionCaseFilter {
  const all = facets.filter((name) => name !== without && chosen[name]).map((name) => conditions[name](chosen[name]));
  return all.length > 0 ? { and: all } : {};
}

export function variablesOf(chosen: Chosen, hasExamples: boolean): DashboardCasesVariables {
  const all = where(chosen);
  const listed = hasExamples ? all : { and: [all, { origin: { ne: 'ILLUSTRATIVE' as const } }] };
  return {
    hasExamples,
    where: listed,
    ofRegion: where(chosen, 'region'),
    ofIndustry: where(chosen, 'industry'),
    ofSize: where(chosen, 'size'),
    ofStage: where(chosen, 'stage'),
    ofBarrier: where(chosen, 'barrier'),
    ofTime: where(chosen, 'year'),
    outcomes: { adoptionCase: all },
  };
}

/** Variables of what is not about cases. */
export function dashboardVariables(hasExamples: boolean): DashboardVariables {
  return hasExamples ? { hasExamples } : { hasExamples, origin: { ne: 'ILLUSTRATIVE' } };
}

/** What an address filters by. */
export function chosenIn(params: URLSearchParams) {
  const chosen = Object.fromEntries(facets.map((name) => [name, params.get(name) ?? ''])) as Chosen;
  return { chosen, hasExamples: params.get('examples') !== 'off' };
}

export function useChosen() {
  return { ...chosenIn(useAddress().searchParams), set: setFilters };
}
