# mbsxl for Excel on Windows. Right-click this file and choose "Run with PowerShell".
#
# It makes a Python environment of its own in %LOCALAPPDATA%\mbsxl, installs mbsxl there from the folder above this one,
# and puts mbsxl.xlam into Excel's start folder. It changes nothing else, and removes all of that when asked to.

$ErrorActionPreference = 'Stop'
$source = Split-Path $PSScriptRoot
$environment = Join-Path $env:LOCALAPPDATA 'mbsxl'
$python = Join-Path $environment 'Scripts\python.exe'

function Invoke-Step($words, $program, $arguments) {
    Write-Host $words
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "This step failed: $words" }
}

try {
    if (Get-Process EXCEL -ErrorAction SilentlyContinue) { throw 'Excel is open. Save your work, close it, start again.' }

    $answer = Read-Host 'Press Enter to install mbsxl, or type R and Enter to remove it'

    if ($answer -eq 'R') {
        if (Test-Path $python) {
            Invoke-Step 'Removing the add-in' $python @('-m', 'mbsxl_install', 'excel', 'uninstall')
            Remove-Item $environment -Recurse
        }
        Write-Host 'mbsxl is removed.'
    } else {
        if (-not (Get-Command py -ErrorAction SilentlyContinue)) {
            throw 'Python is not installed. Get it from https://www.python.org/downloads/windows and start again.'
        }
        if (-not (Test-Path $python)) {
            Invoke-Step 'Making the environment' 'py' @('-3', '-m', 'venv', $environment)
        }
        Invoke-Step 'Installing mbsxl: a few minutes' $python @('-m', 'pip', 'install', '--quiet', '--upgrade', $source)
        Invoke-Step 'Putting the add-in in place' $python @('-m', 'mbsxl_install', 'excel', 'install')
        Invoke-Step 'Looking whether all is well' $python @('-m', 'mbsxl_install', 'doctor')
    }
} catch {
    Write-Host $_.Exception.Message -ForegroundColor Red
}
Read-Host 'Press Enter to close this window'
