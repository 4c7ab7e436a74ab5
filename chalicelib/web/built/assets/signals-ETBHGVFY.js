import{c as a,d as b,e as c}from"./chunk-ZXKLSG5A.js";import"./chunk-FJJ34SJL.js";import"./chunk-7N4QAARK.js";import"./chunk-DGHEG656.js";export{c as raised,a as signalsTab,b as watching};
