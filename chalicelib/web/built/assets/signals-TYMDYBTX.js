import{c as a,d as b,e as c}from"./chunk-PI4PZH3B.js";import"./chunk-CJCPEJCJ.js";import"./chunk-G5K2AJVV.js";import"./chunk-YPOGQEMN.js";export{c as raised,a as signalsTab,b as watching};
