import{c as a,d as b,e as c}from"./chunk-4AZVMODV.js";import"./chunk-HIOO4PS6.js";import"./chunk-2ZKOXWQF.js";import"./chunk-WOMWDY5S.js";export{c as raised,a as signalsTab,b as watching};
