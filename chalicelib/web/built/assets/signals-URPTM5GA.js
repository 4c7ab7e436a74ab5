import{c as a,d as b,e as c}from"./chunk-NWLJ7KNE.js";import"./chunk-E6YG4FCG.js";import"./chunk-B5AMOL6K.js";import"./chunk-G5M7UUPA.js";export{c as raised,a as signalsTab,b as watching};
