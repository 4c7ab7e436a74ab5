import{c as a,d as b,e as c}from"./chunk-DNIQA2PS.js";import"./chunk-MXCPVFFF.js";import"./chunk-XQ2NH6UA.js";import"./chunk-52IEQ3NJ.js";export{c as raised,a as signalsTab,b as watching};
