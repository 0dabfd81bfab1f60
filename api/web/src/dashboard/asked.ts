import { prime } from '../app/query';
import { Dashboard, DashboardCases } from './dashboard.graphql';
import { chosenIn, dashboardVariables, variablesOf } from './filters';

/** Asks what the dashboard of this address will ask. */
export function askDashboard() {
  const { chosen, hasExamples } = chosenIn(new URLSearchParams(location.search));
  prime(Dashboard, dashboardVariables(hasExamples));
  prime(DashboardCases, variablesOf(chosen, hasExamples));
}
