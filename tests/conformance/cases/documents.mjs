export const documents=[],missingRoots=[],syntax=[];
