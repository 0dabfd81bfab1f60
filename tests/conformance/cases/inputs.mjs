export const bodies=()=>[],inputs=()=>[],variables=[];
